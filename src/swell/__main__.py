"""`python -m swell` is the command `swell`."""

import sys

from swell.cli import main

if __name__ == "__main__":  # a reloading server imports this module again in its child
    sys.exit(main())
