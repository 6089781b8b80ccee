"""Audit: a log in the database of what administrators want to know later."""
