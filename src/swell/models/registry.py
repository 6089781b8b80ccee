"""Which providers there are: all modules of `swell.models.providers`, loaded at the first chunk."""

from __future__ import annotations

import functools
import pkgutil
from importlib import import_module

from swell.models import providers as folder
from swell.models.provider import Provider

__all__ = ["error_packages", "provider_of_class", "providers"]


@functools.cache
def providers() -> tuple[Provider, ...]:
    """Return all providers, in the order in which they are asked about a chunk without a class."""
    modules = pkgutil.iter_modules(folder.__path__, f"{folder.__name__}.")
    found = [
        value()
        for module in modules
        for value in vars(import_module(module.name)).values()
        if isinstance(value, type)
        and issubclass(value, Provider)
        and value.__module__ == module.name
    ]
    return tuple(sorted(found, key=lambda provider: provider.order))


def provider_of_class(cls: type) -> Provider | None:
    """Return whose objects these are, by the packages of the class and those it inherits from."""
    packages = (base.__module__.partition(".")[0] for base in cls.__mro__)
    known = _by_package()
    return next((known[package] for package in packages if package in known), None)


@functools.cache
def _by_package() -> dict[str, Provider]:
    return {package: provider for provider in providers() for package in provider.packages}


@functools.cache
def error_packages() -> frozenset[str]:
    """Return the packages whose exceptions are failures of a model."""
    return frozenset[str]().union(*(provider.errors for provider in providers()))
