"""One module for each provider, or package for several; `swell.models.provider` says what it is."""
