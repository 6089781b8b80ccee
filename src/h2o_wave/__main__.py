"""`python -m h2o_wave` is `python -m swell`."""

import sys

from swell.cli import main

if __name__ == "__main__":
    sys.exit(main())
