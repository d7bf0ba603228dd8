"""The JSON Schema of cassettes, for editors; made of the tables that their reader goes by."""

from collections.abc import Mapping
from typing import Any, Final

from mockserver.authoring.json_schema import json_schema
from mockserver.cassette.keys import EXCHANGE, HEADER, CassetteKeys, CassetteKind

_TYPES: Final[Mapping[type, str]] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
}


def cassette_schema() -> dict[str, Any]:
    """The JSON Schema of each document of a cassette: the header, or an exchange."""
    return json_schema({"anyOf": [_schema_of(HEADER), _schema_of(EXCHANGE)]}, title="Cassette of mockserver")


def _schema_of(kind: CassetteKind) -> dict[str, Any]:
    if not isinstance(kind, CassetteKeys):
        return {"type": _TYPES[kind]}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {key: _schema_of(one) for key, one in kind.named.items()},
        "additionalProperties": kind.others is not None and _schema_of(kind.others),
    }
    return {**schema, "required": [*kind.required]} if kind.required else schema
