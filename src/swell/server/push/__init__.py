"""What programs push from outside: pages, files, picture streams, cached values."""
