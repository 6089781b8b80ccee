"""Pages: the API for handlers, and the checks of assigned values."""
