"""Databases: how statements reach SQLite and PostgreSQL."""
