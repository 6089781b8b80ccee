"""The version of H2O Wave whose names this package has; Swell's own is `swell.__version__`."""

from swell.wave.names import WAVE_VERSION

__version__ = WAVE_VERSION
