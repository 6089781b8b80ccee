"""Checkpoint: `q.app` and `q.user` in a file, from one run of an app to the next.

The file is a pickle, as H2O Wave's is: a program that can write it can run code in the app.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swell.expando import Expando, expando_to_dict
from swell.logs import logger

__all__ = ["FILE", "load", "save"]

FILE = "h2o_wave.checkpoint"

_log = logger("swell.server")


def load(folder: Path, app: Expando, users: dict[str, Expando]) -> None:
    """Fill `q.app` and the `q.user` of all users from a checkpoint; without one, leave them.

    Args:
        folder: Where the checkpoint is.
        app: `q.app`.
        users: `q.user` by subject.
    """
    path = folder / FILE
    try:
        with path.open("rb") as file:
            of_app, of_users = pickle.load(file)  # noqa: S301  # of the app's folder
        found = {str(subject): Expando(dict(state)) for subject, state in of_users.items()}
        expando_to_dict(app).update(of_app)
    except FileNotFoundError:
        return
    except Exception as error:  # a class may be gone, or raise anything
        _log.error("could not read the checkpoint %s, starting without it: %r", path, error)
        return
    users.update(found)


def save(folder: Path, app: Expando, users: Mapping[str, Expando]) -> None:
    """Write a checkpoint; values that cannot be pickled are left out, with a warning.

    Args:
        folder: Where to write it.
        app: `q.app`.
        users: `q.user` by subject.
    """
    path = folder / FILE
    part = folder / f".{FILE}.{os.getpid()}"
    kept = {subject: _kept(f"q.user of {subject}", state) for subject, state in users.items()}
    content = pickle.dumps((_kept("q.app", app), kept))
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        part.replace(path)
    except OSError as error:
        _log.error("could not write the checkpoint %s: %s", path, error)
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _kept(what: str, state: Expando) -> dict[str, Any]:
    """Return the values that can be pickled and read again."""
    kept = {}
    for name, value in expando_to_dict(state).items():
        try:
            pickle.loads(pickle.dumps(value))  # noqa: S301  # ours
            kept[name] = value
        except Exception as error:
            _log.warning("%s.%s is not in the checkpoint: %s", what, name, error)
    return kept
