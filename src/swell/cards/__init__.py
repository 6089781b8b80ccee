"""One module a card: what may be put on a page."""
