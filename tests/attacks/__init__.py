"""What strangers may do to a running server, and what it costs everybody else: nothing to speak of.

Each test starts `swell run` in a process of its own and attacks it over sockets of this machine.
`make attacks` does it in full number.
"""
