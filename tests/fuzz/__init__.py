"""Random bytes, for everything that reads bytes of others.

`make test` tries them for a minute, `make fuzz` for as long as one likes. What has once broken
something is kept in `corpus`, and is tried first.
"""
