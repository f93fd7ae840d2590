"""Instructor tooling: from a folder of downloads to marks and feedback, on nbgrader's gradebook."""
