"""Make ``mockserver/spec/contract.json`` from the types of the pinned ``openai`` package.

``python tests/spec/make_contract.py`` writes the file; with ``--check`` it prints a diff and exits 1 where the file is
not what the installed package gives; with ``--print`` it prints the contract. What the types do not say stands in
``mockserver/spec/wire.py``.
"""

import argparse
import difflib
import importlib.metadata
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union

from openai.types import conversations, responses, shared
from openai.types.beta import beta_response_input_item_param as agent_input
from openai.types.beta import beta_response_item as agent_stored
from openai.types.beta import beta_response_output_item as agent_output
from openai.types.conversations.conversation_create_params import ConversationCreateParams
from openai.types.conversations.conversation_update_params import ConversationUpdateParams
from openai.types.conversations.item_create_params import ItemCreateParams
from openai.types.conversations.item_list_params import ItemListParams
from openai.types.conversations.item_retrieve_params import ItemRetrieveParams
from openai.types.responses.input_item_list_params import InputItemListParams
from openai.types.responses.input_token_count_params import InputTokenCountParams
from openai.types.responses.response_compact_params import ResponseCompactParams
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
from openai.types.responses.response_retrieve_params import ResponseRetrieveParamsNonStreaming
from pydantic import TypeAdapter

Schema = dict[str, Any]

CONTRACT = Path(__file__).resolve().parents[2] / "mockserver" / "spec" / "contract.json"
REF = "#/$defs/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """The parameters of one method: their TypedDict, and which of its keys travel elsewhere (path, query or body)."""

    type: Any
    without: frozenset[str] = frozenset()


def of_agents(module: Any) -> tuple[Any, ...]:
    """Give the types of items that only the beta has, which several agents leave."""
    return module.AgentMessage, module.MultiAgentCall, module.MultiAgentCallOutput


REQUESTS = {
    "responses.create": Params(type=ResponseCreateParamsNonStreaming),
    "responses.input_tokens": Params(type=InputTokenCountParams),
    "responses.compact": Params(type=ResponseCompactParams),
    "conversations.create": Params(type=ConversationCreateParams),
    "conversations.update": Params(type=ConversationUpdateParams),
    "conversations.items.create": Params(type=ItemCreateParams, without=frozenset({"include"})),
}
QUERIES = {
    "responses.retrieve": Params(type=ResponseRetrieveParamsNonStreaming),
    "responses.input_items.list": Params(type=InputItemListParams),
    "conversations.items.create": Params(type=ItemCreateParams, without=frozenset({"items"})),
    "conversations.items.retrieve": Params(type=ItemRetrieveParams, without=frozenset({"conversation_id"})),
    "conversations.items.list": Params(type=ItemListParams),
}
PARAMS = {"requests": (REQUESTS, "Params"), "queries": (QUERIES, "Query")}  # with what the definitions' names end in
UNIONS: dict[str, Any] = {
    "input_items": Union[responses.ResponseInputItemParam, *of_agents(agent_input)],
    "output_items": Union[responses.ResponseOutputItem, *of_agents(agent_output)],
    "stored_items": Union[responses.ResponseItem, *of_agents(agent_stored)],
    "conversation_items": conversations.ConversationItem,
    "events": responses.ResponseStreamEvent,
}
OBJECTS: dict[str, Any] = {
    "response": responses.Response,
    "compaction": responses.CompactedResponse,
    "input_tokens": responses.input_token_count_response.InputTokenCountResponse,
    "conversation": conversations.Conversation,
    "conversation.deleted": conversations.ConversationDeletedResource,
    "item_list": responses.ResponseItemList,
    "conversation_item_list": conversations.ConversationItemList,
    "error": shared.ErrorObject,  # what stands under "error" in the body of an error
}


def make() -> Schema:
    """Give the contract of the installed package."""
    types = {("requests", name): row.type for name, row in REQUESTS.items()}
    types |= {("queries", name): row.type for name, row in QUERIES.items()}
    types |= {("unions", name): union for name, union in UNIONS.items()}
    types |= {("objects", name): model for name, model in OBJECTS.items()}
    found, defs = schemas_of(types)
    params = {name: defs.pop(name) for name in {deref_name(found[at]) for at in types if at[0] in PARAMS}}

    contract: Schema = {"source": f"openai {importlib.metadata.version('openai')}"}
    for table, (rows, suffix) in PARAMS.items():
        contract[table] = {}
        for name, row in rows.items():
            source = deref_name(found[table, name])
            made = source.removesuffix("NonStreaming").removesuffix("Params") + suffix
            defs[made] = params_schema(params[source], without=row.without)
            contract[table][name] = {"$ref": REF + made}
    for name in UNIONS:
        contract[name] = by_type(found["unions", name], defs)
    contract["objects"] = {name: found["objects", name] for name in OBJECTS}
    contract["$defs"] = with_agents(defs, [found["unions", name] for name in UNIONS])
    return contract


def schemas_of(types: dict[tuple[str, str], Any]) -> tuple[dict[tuple[str, str], Schema], dict[str, Schema]]:
    """Give the schema of each type and the definitions they share, both stripped and with readable names."""
    adapters: list[tuple[tuple[str, str], Literal["validation"], TypeAdapter[Any]]]
    adapters = [(at, "validation", TypeAdapter(each)) for at, each in types.items()]
    schemas, shared_part = TypeAdapter.json_schemas(adapters, ref_template=REF + "{model}")
    mangled = shared_part["$defs"]
    defs = {readable(name): stripped(schema) for name, schema in mangled.items()}
    if len(defs) != len(mangled):
        raise ValueError("two types got the same readable name: make `readable` tell them apart")
    return {at: stripped(schemas[at, "validation"]) for at in types}, defs


def readable(name: str) -> str:
    """Shorten what pydantic spells ``openai__types__<package>__<module>__<Type>`` where type names collide.

    ``…__web_search_tool__UserLocation`` becomes ``WebSearchTool.UserLocation``; a type named like its module keeps its
    name alone. Types of ``shared_params`` get ``Param``, as the other request types have it in their own names.
    """
    if "__" not in name:
        return name
    *packages, module, type_name = name.split("__")
    owner = "".join(word.capitalize() for word in module.split("_"))
    suffix = "Param" if "shared_params" in packages else ""
    return type_name + suffix if owner.lower() == type_name.lower() else f"{owner}{suffix}.{type_name}"


def stripped(schema: Any) -> Any:
    """Give the schema with readable references and without what no check reads."""
    if isinstance(schema, list):
        return [stripped(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    noise = {"description", "title", "default"}
    if "properties" in schema and schema.get("additionalProperties") is True:
        noise.add("additionalProperties")  # says only that the package's models keep what they do not know
    return {key: _stripped_keyword(key, value) for key, value in schema.items() if key not in noise}


def _stripped_keyword(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: stripped(schema) for name, schema in value.items()}
    if key == "$ref":
        return REF + readable(value.removeprefix(REF))
    return sorted(value) if key == "required" else stripped(value)


def params_schema(schema: Schema, *, without: frozenset[str]) -> Schema:
    """Give the schema of a method's parameters; the types' two variants of ``stream`` become one."""
    properties = {name: each for name, each in schema["properties"].items() if name not in without}
    if "stream" in properties:
        properties["stream"] = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
    required = [name for name in schema.get("required", []) if name in properties]
    return {"type": "object", "properties": properties} | ({"required": required} if required else {})


def by_type(union: Schema, defs: dict[str, Schema]) -> dict[str, Schema]:
    """Give a union as a table from what ``type`` says to the member, or to an ``anyOf`` of those that share it."""
    table: dict[str, list[Schema]] = {}
    for member in members(union):
        for name in constants(defs[deref_name(member)]["properties"]["type"]):
            table.setdefault(name, []).append(member)
    return {name: found[0] if len(found) == 1 else {"anyOf": found} for name, found in table.items()}


def with_agents(schema: Any, unions: Sequence[Schema]) -> Any:
    """Give the schema with the beta's items in every union that has all others."""
    if isinstance(schema, list):
        return [with_agents(each, unions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    for union in unions if "anyOf" in schema else ():
        wide = list(members(union))
        narrow = [member for member in wide if not deref_name(member).startswith("BetaResponse")]
        if all(member in schema["anyOf"] for member in narrow):
            return {**schema, "anyOf": [*schema["anyOf"], *(one for one in wide if one not in schema["anyOf"])]}
    return {key: with_agents(value, unions) for key, value in schema.items()}


def members(union: Schema) -> Iterator[Schema]:
    """Give the references of a union, however deeply nested."""
    for member in union.get("anyOf", [union]):
        yield from [member] if "$ref" in member else members(member)


def constants(schema: Schema) -> Iterator[str]:
    """Give the strings that a ``type`` property may hold."""
    for each in schema.get("anyOf", [schema]):
        yield from [each["const"]] if "const" in each else each.get("enum", [])


def deref_name(schema: Schema) -> str:
    """Give the name of the definition that a reference means."""
    return str(schema["$ref"]).removeprefix(REF)


def text(contract: Schema) -> str:
    """Give the contract as the committed file has it: a line for each row, so that each can be read by itself."""
    tables = []
    for name, rows in sorted(contract.items()):
        if isinstance(rows, dict):
            lines = [f"{dumped(row)}:{dumped(schema)}" for row, schema in sorted(rows.items())]
            tables.append(f"{dumped(name)}:{{\n" + ",\n".join(lines) + "\n}")
        else:
            tables.append(f"{dumped(name)}:{dumped(rows)}")
    return "{\n" + ",\n".join(tables) + "\n}\n"


def dumped(value: Any) -> str:
    """Give a value as JSON, always in the same way."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def lines_of(text: str) -> list[str]:
    """Give one line a value, so that a diff names what changed."""
    return json.dumps(json.loads(text or "{}"), indent=1, sort_keys=True, ensure_ascii=False).splitlines(keepends=True)


def main(arguments: list[str] | None = None) -> int:
    """Write the contract, or compare it with the committed one; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="print a diff and exit 1 where the file is out of date")
    parser.add_argument("--print", action="store_true", help="print the contract instead of writing it")
    options = parser.parse_args(arguments)
    made = text(make())
    if options.print:
        sys.stdout.write(made)
        return 0
    if not options.check:
        CONTRACT.write_text(made, encoding="utf-8")
        return 0
    committed = CONTRACT.read_text(encoding="utf-8") if CONTRACT.exists() else ""
    diff = difflib.unified_diff(lines_of(committed), lines_of(made), "committed", "made from the package")
    sys.stdout.writelines(diff)
    return int(made != committed)


if __name__ == "__main__":
    sys.exit(main())
