"""YAML as recorders write it: with the tags of Python and Ruby, read as data. No tag makes anything run.

Sources: https://pyyaml.org/wiki/PyYAMLDocumentation#yaml-tags-and-python-types; Ruby's psych writes `!binary`.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import yaml

PYTHON: Final = "tag:yaml.org,2002:python/"


def load_tagged(text: str) -> Any:
    """The value of one YAML document. Raises: yaml.YAMLError, also for a tag that is not in the tables."""
    return yaml.load(text, Loader=_loader())  # noqa: S506 - it derives from a safe loader


def _text(loader: Any, node: Any) -> Any:
    return loader.construct_scalar(node)


def _sequence(loader: Any, node: Any) -> Any:
    return loader.construct_sequence(node, deep=True)


def _mapping(loader: Any, node: Any) -> Any:
    return loader.construct_mapping(node, deep=True)


def _binary(loader: Any, node: Any) -> bytes:
    try:
        return b64decode("".join(loader.construct_scalar(node).split()), validate=True)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, f"invalid base64: {error}", node.start_mark) from error


TAGS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "!binary": _binary,
    "tag:yaml.org,2002:binary": _binary,
    f"{PYTHON}bytes": _binary,
    f"{PYTHON}str": _text,
    f"{PYTHON}unicode": _text,
    f"{PYTHON}tuple": _sequence,
    f"{PYTHON}dict": _mapping,
}
"""What is read as text, bytes, a list or a mapping."""

WRAPPED: Final = ("_io.BytesIO", "io.BytesIO", "_io.StringIO", "http.HTTPStatus", "multidict._multidict.istr",
                  "multidict._istr.istr", "multidict.istr")  # fmt: skip
"""Classes whose objects stand for the first thing that they were made of: a body, a status, the name of a header."""


def _object(loader: Any, suffix: str, node: Any) -> Any:
    name = suffix.partition(":")[2].lstrip(":") or suffix
    if name not in WRAPPED:
        raise yaml.constructor.ConstructorError(
            None, None, f"the tag !!python/object{suffix} is not read: only data is", node.start_mark
        )
    value = _plain(loader, node)
    if isinstance(value, dict):
        value = value.get("state", value.get("args"))
    return value[0] if isinstance(value, list) and value else value


def _plain(loader: Any, node: Any) -> Any:
    """A node as what it looks like."""
    kinds = {yaml.SequenceNode: _sequence, yaml.MappingNode: _mapping}
    return kinds.get(type(node), _text)(loader, node)


@cache
def _loader() -> Any:
    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """A safe loader that knows these tags."""

    for tag, construct in TAGS.items():
        Loader.add_constructor(tag, construct)
    Loader.add_multi_constructor(f"{PYTHON}object", _object)
    return Loader
