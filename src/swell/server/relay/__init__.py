"""Relay: tabs at this process whose page another process owns, and the other way round."""
