"""Fixtures of the grader's tests: a browser for its pages."""

import os

from browsing import browser, visit_at

__all__ = ["browser", "visit_at"]
# Test processes share the cores, so one thread each; read when torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
