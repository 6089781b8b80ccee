"""Storage of files: one interface, in a directory or in a database."""
