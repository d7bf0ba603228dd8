"""JSON Schemas of files that people write, for their editors; made of what the readers of the files say they accept."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from mockserver.authoring.arguments import parameters
from mockserver.authoring.takes import NOTHING, by_name, mapping, taken

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""The one that editors of YAML know best."""

_TYPES: Final[Mapping[Any, str]] = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def json_schema(accepted: Any, *, title: str) -> dict[str, Any]:
    """The schema of what a reader accepts, or a schema in which readers stand for theirs."""
    definitions: dict[str, Any] = {}
    schema = _resolved(accepted, definitions)
    return {"$schema": DIALECT, "title": title, **schema, "definitions": dict(sorted(definitions.items()))}


def _resolved(written: Any, definitions: dict[str, Any]) -> Any:
    """A schema with every reader in it replaced by what that accepts."""
    if isinstance(written, partial) or callable(written):
        found = taken(written)
        if not found.name:
            return _resolved(found.written, definitions)
        if found.name not in definitions:
            definitions[found.name] = {}  # it may lead back to itself
            definitions[found.name] = _resolved(found.written, definitions)
        return by_name(found.name)
    if isinstance(written, Mapping):
        resolved = ((key, _resolved(one, definitions)) for key, one in written.items())
        return {key: one for key, one in resolved if one is not NOTHING or key == "additionalProperties"}
    return [_resolved(one, definitions) for one in written] if isinstance(written, list | tuple) else written


def of_arguments(make: Callable[..., Any], *, renamed: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """The schema of the keywords of a function or a dataclass, as `arguments_for` reads them."""
    names = {old: new for new, old in (renamed or {}).items()}
    known = {names.get(name, name): one for name, one in parameters(make).items()}
    required = [name for name, one in known.items() if one.default is one.empty]
    more = {"required": required} if required else {}
    return mapping({name: of_type(one.annotation) for name, one in known.items()}, **more)


def of_type(annotation: Any) -> Any:
    """The schema of the values that `arguments.has_type` finds to have the type of an annotation."""
    if annotation is Any:
        return True
    origin, inner = get_origin(annotation) or annotation, get_args(annotation)
    if origin in {Union, UnionType}:
        return {"anyOf": [of_type(one) for one in inner]}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": of_type(inner[-1]) if inner else True}
    if origin is Sequence:
        return {"type": "array", "items": of_type(inner[-1]) if inner else True}
    return {"type": _TYPES[origin]}
