"""Settings: one table of names, types, defaults and help, and the ways to write a value."""
