"""Nodes into the values of `questions.kinds`, field by field, so that every problem is found and not only the first."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from questions import yaml_nodes
from questions.kinds import CLASSES, KINDS, Explain, Question
from questions.problems import Data
from questions.yaml_nodes import Node, Scalar, Sequence

Say = Callable[[Node, str, Data], None]
"""Takes note of a problem: at a node, a code, its facts."""

_ALL_FIELDS: Final = frozenset(f.name for c in CLASSES.values() for f in dataclasses.fields(c))


class _Bad:
    """A value that could not be decoded; what is wrong has been said."""


BAD: Final = _Bad()


_FIELD_TYPES: dict[type[Any], Mapping[str, tuple[Any, Any]]] = {}  # they take a while to work out


def field_types(cls: type[Any]) -> Mapping[str, tuple[Any, Any]]:
    """Each field of a dataclass with its type and its default (MISSING where a value must be given)."""
    if cls not in _FIELD_TYPES:
        hints = get_type_hints(cls)
        _FIELD_TYPES[cls] = {f.name: (hints[f.name], f.default) for f in dataclasses.fields(cls)}
    return _FIELD_TYPES[cls]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def question(node: Node, say: Say) -> tuple[type[Question] | None, dict[str, Any]]:
    """The kind of a question, and those of its fields that are sound, defaults filled in."""
    if not isinstance(node, yaml_nodes.Mapping):
        say(node, "wrong-type", {"key": "questions", "expected": "mapping", "got": type_name(node)})
        return None, {}
    kind = node.get("kind")
    if kind is None:
        say(node, "missing-key", {"key": "kind"})
    name = _value(kind, Literal[KINDS], "kind", say) if kind is not None else BAD
    if isinstance(name, str):
        cls = CLASSES[name]
        return cls, fields(node, cls, say, also=("kind",))
    # the kind is unknown: what all kinds share can still be checked
    shared = set.intersection(*(set(field_types(c)) for c in CLASSES.values()))
    types = {name: kind for name, kind in field_types(Explain).items() if name in shared}
    return None, _decoded(node, types, say, _ALL_FIELDS | {"kind"})


def fields(node: Node, cls: type[Any], say: Say, also: Iterable[str] = ()) -> dict[str, Any]:
    """The sound fields of a mapping that stands for a `cls`, defaults filled in."""
    if not isinstance(node, yaml_nodes.Mapping):
        say(node, "wrong-type", {"key": cls.__name__.lower(), "expected": "mapping", "got": type_name(node)})
        return {}
    types = field_types(cls)
    return _decoded(node, types, say, frozenset((*types, *also)))


def _decoded(
    node: yaml_nodes.Mapping, types: Mapping[str, tuple[Any, Any]], say: Say, known: frozenset[str]
) -> dict[str, Any]:
    for key, _ in node.entries:
        if key.value not in known:
            kinds = tuple(kind for kind, cls in CLASSES.items() if "kind" in known and key.value in field_types(cls))
            close = None if kinds else nearest(key.value, sorted(known))
            say(key, "unknown-key", {"key": key.value, "nearest": close, "kinds": kinds})
    found: dict[str, Any] = {}
    for name, (kind, default) in types.items():
        inner = node.get(name)
        if inner is None:
            if default is dataclasses.MISSING:
                say(node, "missing-key", {"key": name})
            else:
                found[name] = default
        elif (value := _value(inner, kind, name, say)) is not BAD:
            found[name] = value
    return found


def _value(node: Node, kind: Any, key: str, say: Say) -> Any:
    """A value of the type `kind` (as the fields of `questions.kinds` use them), or BAD."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if isinstance(node, Scalar) and node.type == "null":
            return None
        (inner,) = (part for part in get_args(kind) if part is not NoneType)
        return _value(node, inner, key, say)
    if origin is tuple:
        return _items(node, get_args(kind)[0], key, say)
    if dataclasses.is_dataclass(kind):
        found = fields(node, kind, say)  # type: ignore[arg-type]  # a class, since it came from an annotation
        sound = found.keys() == field_types(kind).keys()  # type: ignore[arg-type]
        return kind(**found) if sound else BAD  # type: ignore[operator]
    if origin is Literal:
        return _one_of(node, get_args(kind), key, say)
    expected = {str: "str", int: "int", bool: "bool"}[kind]
    if not isinstance(node, Scalar) or node.type != expected:
        shown = node.value[:40] if isinstance(node, Scalar) else None
        say(node, "wrong-type", {"key": key, "expected": expected, "got": type_name(node), "value": shown})
        return BAD
    if kind is str:
        if not node.value.strip():
            say(node, "empty-text", {"key": key})
            return BAD
        return node.value
    return node.value.lower() == "true" if kind is bool else _int(node, key, say)


def _int(node: Scalar, key: str, say: Say) -> Any:
    if len(node.value) > 18:
        say(node, "out-of-range", {"key": key, "value": node.value[:40]})
        return BAD
    return int(node.value)


def _items(node: Node, kind: Any, key: str, say: Say) -> Any:
    if not isinstance(node, Sequence):
        say(node, "wrong-type", {"key": key, "expected": "list", "got": type_name(node)})
        return BAD
    values = [_value(item, kind, key, say) for item in node.items]
    return BAD if any(value is BAD for value in values) else tuple(values)


def _one_of(node: Node, allowed: tuple[str, ...], key: str, say: Say) -> Any:
    if isinstance(node, Scalar) and node.value in allowed:
        return node.value
    if not isinstance(node, Scalar) or node.type == "null":
        say(node, "wrong-type", {"key": key, "expected": "str", "got": type_name(node)})
    else:
        close = nearest(node.value, allowed)
        say(node, "unknown-value", {"key": key, "value": node.value[:40], "nearest": close, "allowed": allowed})
    return BAD


def type_name(node: Node) -> str:
    """What stands there, as a name that `questions.wording` has words for."""
    match node:
        case Scalar():
            return node.type
        case Sequence():
            return "list"
        case yaml_nodes.Mapping():
            return "mapping"
