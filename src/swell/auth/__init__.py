"""Sign-in: accounts, rights, and the pages to sign in with."""
