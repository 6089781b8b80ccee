"""One module for each provider, or package for several; see `swell.models.provider`."""
