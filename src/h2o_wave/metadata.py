"""Nothing: Wave keeps no public names here either."""
