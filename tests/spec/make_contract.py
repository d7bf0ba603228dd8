"""Makes ``mockserver/spec/contract.json`` from the types of the pinned ``openai`` package.

Run ``python tests/spec/make_contract.py`` to write the file, or with ``--check`` to print a diff and exit 1 where the
committed file is not what the installed package gives. What the types do not say is in ``mockserver/spec/wire.py``.
"""

import argparse
import difflib
import importlib.metadata
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai.types import conversations, responses, shared
from openai.types.conversations import (
    conversation_create_params,
    conversation_update_params,
    item_create_params,
    item_list_params,
    item_retrieve_params,
)
from openai.types.responses import (
    input_item_list_params,
    input_token_count_params,
    response_compact_params,
    response_create_params,
    response_retrieve_params,
)
from pydantic import TypeAdapter

CONTRACT = Path(__file__).resolve().parents[2] / "mockserver" / "spec" / "contract.json"

Schema = dict[str, Any]

REF = "#/$defs/"
BOOLEAN_OR_NULL: Schema = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
NOT_CHECKED = frozenset({"description", "title", "default"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Where a request's body or query is: a TypedDict, the keys of it that travel elsewhere, the name to use."""

    type: Any
    name: str
    without: frozenset[str] = frozenset()


# The package has one TypedDict per method; keys of the path and of the query are sorted out by hand.
REQUESTS = {
    "responses.create": Params(
        type=response_create_params.ResponseCreateParamsNonStreaming, name="ResponseCreateParams"
    ),
    "responses.input_tokens": Params(type=input_token_count_params.InputTokenCountParams, name="InputTokenCountParams"),
    "responses.compact": Params(type=response_compact_params.ResponseCompactParams, name="ResponseCompactParams"),
    "conversations.create": Params(
        type=conversation_create_params.ConversationCreateParams, name="ConversationCreateParams"
    ),
    "conversations.update": Params(
        type=conversation_update_params.ConversationUpdateParams, name="ConversationUpdateParams"
    ),
    "conversations.items.create": Params(
        type=item_create_params.ItemCreateParams, name="ItemCreateParams", without=frozenset({"include"})
    ),
}
QUERIES = {
    "responses.retrieve": Params(
        type=response_retrieve_params.ResponseRetrieveParamsNonStreaming, name="ResponseRetrieveParams"
    ),
    "responses.input_items.list": Params(type=input_item_list_params.InputItemListParams, name="InputItemListParams"),
    "conversations.items.create": Params(
        type=item_create_params.ItemCreateParams, name="ItemCreateQuery", without=frozenset({"items"})
    ),
    "conversations.items.retrieve": Params(
        type=item_retrieve_params.ItemRetrieveParams,
        name="ItemRetrieveParams",
        without=frozenset({"conversation_id"}),
    ),
    "conversations.items.list": Params(type=item_list_params.ItemListParams, name="ItemListParams"),
}
UNIONS: dict[str, Any] = {
    "input_items": responses.ResponseInputItemParam,
    "output_items": responses.ResponseOutputItem,
    "stored_items": responses.ResponseItem,
    "conversation_items": conversations.ConversationItem,
    "events": responses.ResponseStreamEvent,
}
OBJECTS: dict[str, Any] = {
    "response": responses.Response,
    "compaction": responses.CompactedResponse,
    "input_tokens": responses.InputTokenCountResponse if hasattr(responses, "InputTokenCountResponse") else None,
    "conversation": conversations.Conversation,
    "conversation.deleted": conversations.ConversationDeletedResource,
    "item_list": responses.ResponseItemList,
    "conversation_item_list": conversations.ConversationItemList,
    "error": shared.ErrorObject,
}


def readable(name: str) -> str:
    """A short name for what pydantic spells ``openai__types__<package>__<module>__<Type>`` when names collide.

    ``…__web_search_tool__UserLocation`` becomes ``WebSearchTool.UserLocation``; a type named like its module keeps its
    name alone, with ``Param`` after it when it comes from the package of request types.
    """
    if "__" not in name:
        return name
    *packages, module, type_name = name.split("__")
    owner = "".join(word.capitalize() for word in module.split("_"))
    suffix = "Param" if "shared_params" in packages else ""
    return f"{owner}{suffix}" if owner == type_name else f"{owner}{suffix}.{type_name}"


def plain(schema: Any) -> Any:
    """The schema with readable references and without what no check reads."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in NOT_CHECKED}
    if "properties" in kept and kept.get("additionalProperties") is True:
        del kept["additionalProperties"]
    return {key: _plain_keyword(key, value) for key, value in kept.items()}


def _plain_keyword(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: plain(schema) for name, schema in value.items()}
    if key == "$ref":
        return REF + readable(value.removeprefix(REF))
    return sorted(value) if key == "required" else plain(value)


def branches(schema: Schema, definitions: dict[str, Schema]) -> list[Schema]:
    """The members of a union, however deeply nested, as references."""
    if "anyOf" in schema:
        return [branch for each in schema["anyOf"] for branch in branches(each, definitions)]
    return [schema]


def type_names(schema: Schema) -> Iterable[str]:
    """What the ``type`` property of an object may say."""
    for each in schema.get("anyOf", [schema]):
        yield from [each["const"]] if "const" in each else each.get("enum", [])


def by_type(union: Schema, definitions: dict[str, Schema]) -> dict[str, Schema]:
    """A union as a table from the members' ``type`` to the member, or to an ``anyOf`` of those that share it."""
    table: dict[str, list[Schema]] = {}
    for branch in branches(union, definitions):
        definition = definitions[branch["$ref"].removeprefix(REF)]
        for name in type_names(definition["properties"]["type"]):
            table.setdefault(name, []).append(branch)
    return {name: found[0] if len(found) == 1 else {"anyOf": found} for name, found in table.items()}


def params(row: Params, schema: Schema) -> Schema:
    """The schema of a TypedDict, without the keys that travel elsewhere, its ``stream`` true, false or null."""
    properties = {key: value for key, value in schema["properties"].items() if key not in row.without}
    if "stream" in properties:
        properties["stream"] = BOOLEAN_OR_NULL
    made: Schema = {"properties": properties, "type": "object"}
    required = [key for key in schema.get("required", []) if key in properties]
    return made | {"required": required} if required else made


def make() -> Schema:
    """The contract of the installed package."""
    rows = {("requests", key): row for key, row in REQUESTS.items()} | {("queries", k): r for k, r in QUERIES.items()}
    types = {at: row.type for at, row in rows.items()}
    types |= {("unions", name): union for name, union in UNIONS.items()}
    types |= {("objects", name): model for name, model in OBJECTS.items()}
    adapters = [(at, "validation", TypeAdapter(type_)) for at, type_ in types.items()]
    schemas, made = TypeAdapter.json_schemas(adapters, ref_template=REF + "{model}")  # type: ignore[arg-type]
    definitions = {readable(name): plain(schema) for name, schema in made["$defs"].items()}
    if len(definitions) != len(made["$defs"]):
        raise SystemExit("two types have the same readable name; make `readable` tell them apart")
    found = {at: plain(schemas[at, "validation"]) for at in types}

    contract: Schema = {"source": f"openai {importlib.metadata.version('openai')}", "requests": {}, "queries": {}}
    for (table, name), row in rows.items():
        source = found[table, name]
        definitions[row.name] = params(row, source)
    return contract


if __name__ == "__main__":
    c = make()
