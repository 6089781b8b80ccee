"""Stand-ins for WaveDB: they can be imported, and raise when used."""

from swell.wave.stubs import classes, unsupported_function

_HINT = "Use the module `sqlite3`."

WaveDB, WaveDBConnection = classes("h2o_wave", "WaveDB WaveDBConnection", _HINT)
connect = unsupported_function("connect", "h2o_wave.connect", _HINT)


class WaveDBError(Exception):
    """Never raised; kept to be caught."""
