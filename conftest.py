"""One browser for all tests of a process, whichever folder they stand in."""

from browsing import browser, visit_at

__all__ = ["browser", "visit_at"]
