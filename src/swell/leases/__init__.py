"""Leases: which process of a service owns what."""
