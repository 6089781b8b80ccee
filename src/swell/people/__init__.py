"""What a database has about one person: find it, export it, erase it."""
