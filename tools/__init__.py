"""Training and measuring the models."""
