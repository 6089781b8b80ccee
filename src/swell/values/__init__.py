"""Values that all processes of a service share."""
