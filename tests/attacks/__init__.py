"""Attacks on a running server: they cost other users next to nothing.

Each test starts `swell run` in a separate process and attacks it over sockets of this machine.
`make attacks` does it in full number.
"""
