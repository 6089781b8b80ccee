"""Admin: the page for administrators, made of Swell's own cards."""
