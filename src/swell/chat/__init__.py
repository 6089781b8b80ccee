"""A whole chat product around one generator."""
