"""Backups of a database of conversations and of its files, in one portable file."""
