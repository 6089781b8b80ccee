"""H2O Wave's own Python examples, unchanged, in Swell and in the real Wave: `make wave`."""
