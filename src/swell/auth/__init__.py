"""Sign-in: accounts, the browsers in which they are signed in, and the pages under `/_auth/`."""
