"""`h2o_wave.types` is `swell.types`."""

from typing import Any

from swell import types
from swell.types import *

from ._alias import alias


def __getattr__(name: str) -> Any:  # for type checkers, which do not see the alias
    return getattr(types, name)


alias(__name__, types)
