"""`h2o_wave.ui` is `swell.ui`."""

from typing import Any

from swell import ui
from swell.ui import *

from ._alias import alias


def __getattr__(name: str) -> Any:  # for type checkers, which do not see the alias
    return getattr(ui, name)


alias(__name__, ui)
