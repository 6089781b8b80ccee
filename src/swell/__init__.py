"""Swell: chat apps for language models, in Python alone.

    from swell import Q, app, data, main, ui

    @app("/chat")
    async def serve(q: Q):
        ...

Run it with `swell run app.py`.
"""

from . import ui
from .app import app, main, shared
from .expando import Expando, clone_expando, copy_expando, expando_to_dict
from .query import Q
from .routing import handle_on, on, run_on
from .schema.data import Data, data, pack

__version__ = "0.1.0"

__all__ = [
    "Data",
    "Expando",
    "Q",
    "__version__",
    "app",
    "clone_expando",
    "copy_expando",
    "data",
    "expando_to_dict",
    "handle_on",
    "main",
    "on",
    "pack",
    "run_on",
    "shared",
    "ui",
]
