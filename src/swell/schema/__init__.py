"""Schema: what a property may hold, plain values, and rows of data."""
