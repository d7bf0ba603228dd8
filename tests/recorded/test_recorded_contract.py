"""Two witnesses of the contract: what api.openai.com was recorded to say, and OpenAI's own OpenAPI document."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mockserver.spec.contract import ContractTable, Violation, contract, violations
from tests.support.real_traffic import RECORDINGS, RecordedExchange, recorded_files

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")

HAND_MADE = "made by hand, not recorded"
CUT_DOWN = "recorded, then cut down by hand"

# (file, path of the violation without indices) → why the recording, not the contract, is wrong.
EXCEPTIONS = {
    ("openai-custom-tool.1.chunks.txt", "sequence_number"): HAND_MADE,
    ("openai-custom-tool.1.json", "input"): HAND_MADE,
    ("openai-phase.1.chunks.txt", "logprobs"): CUT_DOWN,
    ("openai-phase.1.chunks.txt", "response.parallel_tool_calls"): CUT_DOWN,
    ("openai-phase.1.chunks.txt", "response.tool_choice"): CUT_DOWN,
    ("openai-phase.1.chunks.txt", "response.tools"): CUT_DOWN,
    ("openai-phase.1.json", "parallel_tool_calls"): CUT_DOWN,
    ("openai-phase.1.json", "tool_choice"): CUT_DOWN,
    ("openai-phase.1.json", "tools"): CUT_DOWN,
    ("github-copilot-id-rotation.1.chunks.txt", "copilot_usage"): "said by GitHub's proxy in front of the API",
    **{
        (name, key): HAND_MADE
        for name in ("test_openai_previous_response_id_auto_mode.yaml", "test_openai_responses_verbosity.yaml")
        for key in ("status", "status_details", "tool_calls", "tool_choice", "tools", "total_tokens")
    },
}

OBJECTS = {
    "response": "response",
    "response.compaction": "compaction",
    "response.input_tokens": "input_tokens",
    "conversation": "conversation",
    "conversation.deleted": "conversation.deleted",
    "conversation.item.deleted": "conversation.item.deleted",
}
OF_OTHER_ENDPOINTS = frozenset({"file", "container", "container.deleted"})


def in_conversation(exchange: RecordedExchange) -> bool:
    return "/conversations/" in exchange.path or exchange.source.startswith("Conversations/")


def object_name(exchange: RecordedExchange) -> str | None:
    kind = exchange.body.get("object")
    if kind == "list":
        return "conversation_item_list" if in_conversation(exchange) else "item_list"
    return None if kind in OF_OTHER_ENDPOINTS else OBJECTS[kind]


def said(exchange: RecordedExchange) -> Iterator[tuple[ContractTable, str | None, dict[str, Any]]]:
    """What an exchange says, each with the table and the name to check it by."""
    for event in exchange.events or ():
        yield "events", None, event
    body = exchange.body
    if not isinstance(body, dict):
        return
    if "object" in body:
        name = object_name(exchange)
        if name is not None:
            yield "objects", name, body
    elif "error" in body:
        yield "objects", "error", body["error"]
    else:
        yield "conversation_items", None, body


@cache
def checked() -> tuple[Counter[str], list[tuple[str, str, Violation]]]:
    """How many values of each table or object were checked, and each violation with its file and bare path."""
    counts: Counter[str] = Counter()
    found: list[tuple[str, str, Violation]] = []
    for file, exchanges in recorded_files():
        for exchange in (each for each in exchanges if each.host == "api.openai.com"):
            for table, name, value in said(exchange):
                counts[name or table] += 1
                found += [
                    (file, re.sub(r"\[\d+]", "[]", bad.path), bad)
                    for bad in violations(table, value, name=name, strict=True)
                ]
    return counts, found


def test_recorded_traffic_keeps_to_the_contract():
    _, found = checked()
    assert [f"{file}: {bad}" for file, path, bad in found if (file, path) not in EXCEPTIONS] == []


def test_recorded_exceptions_are_all_needed():
    _, found = checked()
    assert EXCEPTIONS.keys() - {(file, path) for file, path, _ in found} == set()


def test_recorded_traffic_shows_every_table_that_the_check_is_about():
    counts, _ = checked()
    assert counts["events"] > 2900
    assert counts["response"] > 140
    assert set(counts) == {
        "events",
        "conversation_items",
        "item_list",
        "conversation_item_list",
        "error",
        *OBJECTS.values(),
    }


# OpenAI's own document, older than the package.

OPENAPI = RECORDINGS.parent / "spec" / "openapi-responses.json"

DOCUMENT_UNIONS: dict[ContractTable, str] = {
    "events": "ResponseStreamEvent",
    "output_items": "OutputItem",
    "stored_items": "ItemResource",
    "conversation_items": "ConversationItem",
}
OF_THE_BETA = ("agent_message", "multi_agent_call", "multi_agent_call_output")
NEWER_THAN_THE_DOCUMENT = {
    *((table, name) for table in ("output_items", "stored_items") for name in OF_THE_BETA),
    ("events", "response.compaction.compacting"),
    ("stored_items", "configuration_update"),
    ("conversation_items", "configuration_update"),
}
IMAGE_KEYS = {"action", "background", "error", "output_format", "quality", "revised_prompt", "size", "svg_usage"}
NEWER_KEYS = {
    "function_call": {"async"},
    "custom_tool_call": {"async"},
    "image_generation_call": IMAGE_KEYS,
}
NEVER_ON_THE_WIRE = {"response.function_call_arguments.done": {"name"}}


class Document:
    """Reads the schemas of an OpenAPI document: references followed, ``allOf`` put together."""

    def __init__(self, path: Path) -> None:
        self.schemas = json.loads(path.read_text(encoding="utf-8"))["components"]["schemas"]

    def object(self, schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
        """The properties and the required keys of an object."""
        schema = self.followed(schema)
        properties, required = dict(schema.get("properties", {})), set(schema.get("required", ()))
        for part in schema.get("allOf", ()):
            more, needed = self.object(part)
            properties, required = more | properties, required | needed
        return properties, required

    def followed(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def members(self, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each member of a union with what its ``type`` says."""
        schema = self.followed(schema)
        union = schema.get("anyOf") or schema.get("oneOf")
        for member in union or ():
            yield from self.members(member)
        if not union:
            yield from ((name, schema) for name in self.object(schema)[0]["type"]["enum"])


@pytest.fixture(scope="module")
def document() -> Document:
    if not OPENAPI.exists():
        pytest.skip("the OpenAPI document is not here")
    return Document(OPENAPI)


@pytest.mark.parametrize("table", [pytest.param(table, id=table) for table in DOCUMENT_UNIONS])
def test_types_are_those_of_the_document(document, table):
    told = {name for name, _ in document.members(document.schemas[DOCUMENT_UNIONS[table]])}
    assert told - contract()[table].keys() == set()
    assert {(table, name) for name in contract()[table].keys() - told} == {
        each for each in NEWER_THAN_THE_DOCUMENT if each[0] == table
    }


@pytest.mark.parametrize("table", [pytest.param(table, id=table) for table in DOCUMENT_UNIONS])
def test_keys_are_those_of_the_document(document, table):
    for name, member in document.members(document.schemas[DOCUMENT_UNIONS[table]]):
        if (table, name) == ("stored_items", "message"):
            continue  # two shapes share the type; the other tables have each of them alone
        ours = contract()["$defs"][contract()[table][name]["$ref"].removeprefix("#/$defs/")]
        properties, required = document.object(member)
        assert ours["properties"].keys() - properties == NEWER_KEYS.get(name, set()), name
        assert properties.keys() - ours["properties"] == NEVER_ON_THE_WIRE.get(name, set()), name
        # The package cannot say of a key that it is required and may be null, so it has such keys as optional.
        nullable = {key for key, value in ours["properties"].items() if {"type": "null"} in value.get("anyOf", ())}
        assert set(ours["required"]) - required == set(), name
        assert (required & ours["properties"].keys()) - set(ours["required"]) - nullable == set(), name
