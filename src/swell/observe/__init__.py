"""Observe: log lines, metrics and traces, for those who operate a service."""
