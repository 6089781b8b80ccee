"""Sign-in through OpenID Connect."""
