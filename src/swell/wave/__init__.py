"""Names of H2O Wave, and stand-ins for those that Swell does not have."""
