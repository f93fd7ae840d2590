"""The library of the bait course, whose checks trust more than they should."""
