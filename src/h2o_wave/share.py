"""Stand-ins for Wave's tunnel: they can be imported, and raise when used."""

from swell.wave.stubs import functions

listen_on_socket, pipe = functions("h2o_wave.share", "listen_on_socket pipe")
