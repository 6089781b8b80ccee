"""One module for each form component."""
