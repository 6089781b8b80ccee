"""Expando: attributes and items over one dict."""

from __future__ import annotations

import copy
import pickle

import pytest

from swell import Expando, clone_expando, copy_expando, expando_to_dict


def test_what_is_missing_is_none() -> None:
    e = Expando()
    assert e.name is None
    assert e["name"] is None
    assert "name" not in e


def test_attributes_and_items_are_the_same() -> None:
    e = Expando()
    e.name = "Ada"
    e["age"] = 36
    assert (e["name"], e.age) == ("Ada", 36)
    del e.name
    del e["age"]
    assert expando_to_dict(e) == {}
    with pytest.raises(KeyError):
        del e.name
    with pytest.raises(KeyError):
        del e["age"]


def test_it_is_true_even_when_empty() -> None:
    assert Expando()


def test_it_wraps_a_dict_without_copying_it() -> None:
    inner = {"a": 1}
    e = Expando(inner)
    e.b = 2
    assert inner == {"a": 1, "b": 2}
    assert expando_to_dict(e) is inner


def test_what_is_no_dict_counts_as_nothing() -> None:
    assert expando_to_dict(Expando([1])) == {}  # type: ignore[arg-type]


def test_iterating_ends() -> None:
    assert list(Expando({"a": 1, "b": 2})) == ["a", "b"]


def test_how_it_prints() -> None:
    e = Expando({"a": 1, "b": "x"})
    assert repr(e) == "{'a': 1, 'b': 'x'}"
    assert str(e) == "a:1, b:'x'"


def test_a_copy_is_a_thing_of_its_own() -> None:
    e = Expando({"a": [1]})
    for twin in (copy.copy(e), copy.deepcopy(e), pickle.loads(pickle.dumps(e))):
        assert expando_to_dict(twin) == {"a": [1]}
        twin.b = 2
        assert e.b is None
    assert copy.copy(e).a is e.a
    assert copy.deepcopy(e).a is not e.a


def test_copying_between_expandos() -> None:
    source = Expando({"a": 1, "b": 2, "c": 3})
    target = Expando({"a": 0, "z": 9})
    assert copy_expando(source, target) is target
    assert expando_to_dict(target) == {"a": 1, "b": 2, "c": 3, "z": 9}
    assert expando_to_dict(clone_expando(source, exclude_keys=["a"])) == {"b": 2, "c": 3}
    assert expando_to_dict(clone_expando(source, include_keys=["a", "x"])) == {"a": 1, "x": None}
    both = clone_expando(source, exclude_keys=["a"], include_keys=["a", "b"])
    assert expando_to_dict(both) == {"b": 2}
    assert expando_to_dict(clone_expando(source)) == {"a": 1, "b": 2, "c": 3}
