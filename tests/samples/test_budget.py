"""Schemas that ask for more than a default answer may hold are refused before it is made."""
# ruff: noqa: E501 - a row of a table is one line

import asyncio
import re
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.ids import Draws
from mockserver.samples.budget import LIMITS, Budget, TakesLongError, TooLargeError
from mockserver.samples.values import value_for
from tests.support.bodies import ask
from tests.support.http import Raw, send

VALUES = "10,000 values"
CHARACTERS = "200,000 characters"
SCHEMA = "200,000 steps through the schema"
PATTERN = "120,000 steps through patterns"
LEVELS = "100 levels"


def linked(link: Any, *, count: int, last: Any) -> dict[str, Any]:
    """Definitions d0, d1, …, each made by `link` of a reference to the next."""
    links = {f"d{n}": link({"$ref": f"#/$defs/d{n + 1}"}) for n in range(count)}
    return {"$ref": "#/$defs/d0", "$defs": {**links, f"d{count}": last}}


def doubling(*, required: bool) -> dict[str, Any]:
    names = {"required": ["left", "right"]} if required else {}
    return linked(
        lambda after: {"type": "object", "properties": {"left": after, "right": after}, **names},
        count=30,
        last={"type": "string"},
    )


def items(count: int, schema: Any) -> dict[str, Any]:
    return {"type": "array", "minItems": count, "items": schema}


WORD = {"type": "string"}
HUGE: list[Any] = [
    pytest.param(items(1_000_000_000, WORD), VALUES, id="minItems"),
    pytest.param(items(1_000_000, WORD), VALUES, id="minItems that would take seconds"),
    pytest.param({"type": "array", "prefixItems": [WORD] * 20_000}, VALUES, id="prefixItems"),
    pytest.param(items(3000, items(3000, WORD)), VALUES, id="arrays in an array"),
    pytest.param({"type": "object", "minProperties": 10**8}, VALUES, id="minProperties"),
    pytest.param({"properties": {f"p{n}": {} for n in range(20_000)}}, VALUES, id="properties"),
    pytest.param({"required": [f"p{n}" for n in range(20_000)]}, VALUES, id="required"),
    pytest.param(doubling(required=True), SCHEMA, id="references that double"),
    pytest.param(doubling(required=False), SCHEMA, id="optional references that double"),
    pytest.param({"type": "string", "minLength": 10**7}, CHARACTERS, id="minLength"),
    pytest.param(items(9, {"type": "string", "minLength": 50_000}), CHARACTERS, id="minLength of items"),
    pytest.param(items(9, {"properties": {"n" * 50_000: {}}}), CHARACTERS, id="long names"),
    pytest.param({"type": "string", "pattern": "^a{99999999}$"}, PATTERN, id="repetition"),
    pytest.param({"type": "string", "pattern": "^(a{9999}){9999}$"}, PATTERN, id="repetition of a repetition"),
    pytest.param({"type": "string", "pattern": "(){99999999}"}, PATTERN, id="repetition of nothing"),
    pytest.param({"type": "string", "pattern": "(?=(a{9999}){9999})b"}, PATTERN, id="repetition in a lookahead"),
    pytest.param({"type": "string", "pattern": "(" * 20 + "a" + "*)" * 20}, PATTERN, id="repetitions in each other"),
    pytest.param({"type": "string", "pattern": "^(a+)+(?=c)b$"}, PATTERN, id="a search without an end"),
    pytest.param({"type": "string", "pattern": r"^(.*)(.*)(.*)(.*)\1\2(?=x)$"}, PATTERN, id="a long search"),
    pytest.param({"type": "string", "pattern": "a" * 6000}, "5,000 characters of a pattern", id="long pattern"),
    pytest.param({"type": "string", "pattern": "(" * 2000 + ")" * 2000}, LEVELS, id="groups in groups"),
    pytest.param(linked(lambda after: {"properties": {"x": after}}, count=999, last=WORD), LEVELS, id="depth"),
    pytest.param(linked(lambda after: {"items": after}, count=999, last=WORD), LEVELS, id="depth of arrays"),
    pytest.param(linked(lambda after: {"anyOf": [after]}, count=999, last=WORD), LEVELS, id="branches in branches"),
    pytest.param(linked(lambda after: {"allOf": [after, {}]}, count=999, last=WORD), LEVELS, id="parts in parts"),
    pytest.param(linked(lambda after: {"anyOf": [after, after]}, count=30, last=False), SCHEMA, id="branches that double"),
    pytest.param({"allOf": [{"anyOf": [{"const": n} for n in range(10)]}] * 12}, SCHEMA, id="branches by branches"),
    pytest.param(items(999, {"anyOf": [*[False] * 9999, {"const": 1}]}), SCHEMA, id="branches that allow nothing"),
    pytest.param(items(999, {"enum": [f"word {n}" for n in range(9999)]}), SCHEMA, id="long enum"),
    pytest.param({"allOf": [{"properties": {f"p{n}": {} for n in range(999)}}] * 999}, SCHEMA, id="many parts"),
    pytest.param({**items(999, {"maximum": 997, "minimum": 0, "type": "integer"}), "uniqueItems": True}, SCHEMA, id="unique"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "limit"), HUGE)
def test_schema_that_asks_for_too_much_is_refused(schema: Any, limit: str) -> None:
    with pytest.raises(TooLargeError, match=re.escape(f"a default answer is limited to {limit}.")):
        value_for(schema, Draws(b"seed"))


def test_refusal_names_the_place() -> None:
    schema = {"properties": {"rows": items(10**9, WORD)}, "required": ["rows"]}
    with pytest.raises(TooLargeError) as error:
        value_for(schema, Draws(b"seed"))
    assert str(error.value) == (
        "The schema at $.rows asks for too much: a default answer is limited to 10,000 values."
        " Ask for less, or script the reply."
    )


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"anyOf": [items(10**9, WORD), {"type": "null"}]}, id="another branch"),
        pytest.param({"properties": {"rows": items(10**9, WORD)}}, id="optional property"),
        pytest.param({"items": items(10**9, WORD)}, id="optional item"),
    ],
)
def test_what_asks_for_too_much_is_not_left_out_in_silence(schema: Any) -> None:
    with pytest.raises(TooLargeError):
        value_for(schema, Draws(b"seed"))


@pytest.mark.parametrize(
    ("schema", "size"),
    [
        pytest.param(items(5000, WORD), 5000, id="items"),
        pytest.param({"properties": {f"p{n}": WORD for n in range(5000)}}, 5000, id="properties"),
        pytest.param({"type": "string", "minLength": 150_000, "maxLength": 150_000}, 150_000, id="text"),
        pytest.param({"type": "string", "pattern": "^[a-z]{9999}$"}, 9999, id="pattern"),
        pytest.param(
            {"type": "string", "pattern": "^[a-z]*$", "minLength": 480, "maxLength": 480}, 480, id="stretched"
        ),
        pytest.param({"type": "string", "pattern": "^(?:(a+)+x|a+b)$", "minLength": 40}, None, id="by construction"),
        pytest.param({"properties": {"key_2": WORD}, "minProperties": 3}, 3, id="names that are taken"),
    ],
)
def test_large_answers_within_the_limits_are_given(schema: Any, size: int | None) -> None:
    value = value_for(schema, Draws(b"seed"))
    assert size is None or len(value) == size


def test_values_of_one_answer_share_a_budget() -> None:
    budget = Budget()
    value_for(items(6000, {"const": 1}), Draws(b"seed"), budget=budget)
    with pytest.raises(TooLargeError):
        value_for(items(6000, {"const": 1}), Draws(b"seed"), budget=budget)


def test_limits_are_named_in_errors() -> None:
    assert [f"{limit.most:,} {limit.unit}" for limit in LIMITS.values()] == [VALUES, CHARACTERS, SCHEMA, PATTERN]


def function(name: str, schema: Any) -> dict[str, Any]:
    return {"type": "function", "name": name, "parameters": schema}


ROWS = {"type": "object", "properties": {"rows": items(6000, {"const": 1})}}
MANY = {"type": "object", "properties": {"rows": items(10**9, WORD)}}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"text": {"format": {"type": "json_schema", "name": "n", "schema": MANY}}}, id="text format"),
        pytest.param({"tools": [function("rows", MANY)]}, id="function"),
        pytest.param(
            {"input": "red and blue", "tools": [function("red", ROWS), function("blue", ROWS)]}, id="functions"
        ),
        pytest.param({"tools": [{"type": "tool_search", "execution": "client", "parameters": MANY}]}, id="tool search"),
        pytest.param(
            {
                "tools": [
                    {
                        "type": "custom",
                        "name": "c",
                        "format": {"type": "grammar", "syntax": "regex", "definition": "a{99999999}"},
                    }
                ]
            },
            id="grammar",
        ),
        pytest.param(
            {
                "tools": [
                    {
                        "type": "custom",
                        "name": "c",
                        "format": {"type": "grammar", "syntax": "lark", "definition": 'start: "a"~99999999'},
                    }
                ]
            },
            id="lark grammar",
        ),
        pytest.param(
            {
                "input": [
                    {
                        "type": "mcp_list_tools",
                        "id": "mcpl_1",
                        "server_label": "s",
                        "tools": [{"name": "t", "input_schema": MANY}],
                    },
                    {"role": "user", "content": "Call it."},
                ],
                "tools": [{"type": "mcp", "server_label": "s", "server_url": "https://s.example"}],
            },
            id="tool of an MCP server",
        ),
    ],
)
def test_refusal_is_an_answer_that_is_not_retried(raw: Raw, body: dict[str, Any]) -> None:
    reply = raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "Call it.", **body})
    assert (reply.status, reply.header("x-should-retry")) == (400, "false")
    assert reply.json["error"]["code"] == "script_error"
    assert " asks for too much: a default answer is limited to " in reply.json["error"]["message"]


LARGE: list[Any] = [
    pytest.param(items(5_000, WORD), id="values"),
    pytest.param({"type": "string", "minLength": 100_000}, id="characters"),
    pytest.param({"type": "string", "pattern": "^(a|b){20000}$"}, id="pattern"),
    pytest.param(linked(lambda after: items(2, after), count=10, last=WORD), id="schema"),
]


@pytest.mark.parametrize("schema", LARGE)
async def test_large_value_is_not_made_in_an_event_loop(schema: Any):
    with pytest.raises(TakesLongError):
        value_for(schema, Draws(b"seed"))

    assert value_for(WORD, Draws(b"seed"))
    assert await asyncio.to_thread(value_for, schema, Draws(b"seed"))


@pytest.mark.parametrize("schema", LARGE)
def test_large_answer_is_the_same_in_each_server(raw: Raw, schema: Any):
    wanted = {"format": {"type": "json_schema", "name": "large", "schema": schema}}
    replies = [raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "Go.", "text": wanted}) for _ in range(2)]
    with MockServer() as other:
        again = send(
            other.base_url, "POST", "/v1/responses", {"model": "gpt-4o", "input": "Go.", "text": wanted}, key="k"
        )

    texts = {reply.json["output"][0]["content"][0]["text"] for reply in (*replies, again)}
    assert len(texts) == 1
    assert replies[1].json["created_at"] == replies[0].json["created_at"] + 1


def test_large_answer_of_a_schema_that_allows_nothing_is_an_error(raw: Raw):
    schema = {"type": "array", "minItems": 5_000, "items": False}
    reply = raw(
        "POST", "/v1/responses", ask("Go.", text={"format": {"type": "json_schema", "name": "n", "schema": schema}})
    )

    assert (reply.status, reply.json["error"]["code"]) == (400, "script_error")
