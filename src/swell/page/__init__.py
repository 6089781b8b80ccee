"""Pages: what a handler edits, and the checks of what it assigns."""
