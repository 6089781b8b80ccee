"""Stand-ins for the parts of Wave's command line: the command here is `swell`."""

from swell.wave.stubs import functions

_HINT = "The command is `swell run app.py`."
is_within_directory, main, read_file, safe_extract, write_file = functions(
    "h2o_wave.cli", "is_within_directory main read_file safe_extract write_file", _HINT
)
