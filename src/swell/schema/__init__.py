"""Schema: types of properties, JSON values, and rows of data."""
