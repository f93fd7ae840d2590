"""One browser for all tests of a process, whichever folder they stand in; no test in a hurry."""

from browsing import browser, visit_at
from hypothesis import HealthCheck, settings

__all__ = ["browser", "visit_at"]

# On a busy machine an example takes as long as it takes: that says nothing about the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
