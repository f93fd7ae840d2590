"""From solutions to exercises: weaving, building, checking, trying them out."""
