"""Stand-ins for Wave's scripts of browser tests: they can be imported, and raise when used."""

from swell.wave.stubs import unsupported_class, unsupported_function

_HINT = "`swell.testing` drives an app without a browser."

Cypress = unsupported_class("Cypress", "h2o_wave.Cypress", _HINT)
cypress = unsupported_function("cypress", "h2o_wave.cypress", _HINT)
