"""The names of Swell under the name that code written for H2O Wave imports.

This package has no code: supported names are `swell`'s, unsupported ones raise
`NotSupportedError` when used. `docs/reference/wave.md` lists both.
"""

from typing import Any

from h2o_wave.rules import app as app
from swell import main as main
from swell import shared as shared
from swell import types as types
from swell import ui as ui
from swell.expando import Expando as Expando
from swell.expando import clone_expando as clone_expando
from swell.expando import copy_expando as copy_expando
from swell.expando import expando_to_dict as expando_to_dict
from swell.page.page import Page as Page
from swell.page.page import Ref as Ref
from swell.query import Q as Q
from swell.routing import handle_on as handle_on
from swell.routing import on as on
from swell.routing import run_on as run_on
from swell.schema.data import Data as Data
from swell.schema.data import data as data
from swell.schema.data import pack as pack

from . import core, db, routing, server, test, ui_ext, version
from .core import AsyncSite as AsyncSite
from .core import Site as Site
from .core import site as site
from .db import WaveDB as WaveDB
from .db import WaveDBConnection as WaveDBConnection
from .db import WaveDBError as WaveDBError
from .db import connect as connect
from .test import Cypress as Cypress
from .test import cypress as cypress
from .version import __version__ as __version__

_OWN = [name for name in globals() if not name.startswith("_")]


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return __dir__()
    if name[:1].isupper():
        return getattr(types, name)
    raise AttributeError(f"module 'h2o_wave' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*_OWN, *dir(types)})
