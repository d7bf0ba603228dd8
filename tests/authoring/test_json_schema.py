"""The JSON Schemas that `mockserver schema` prints: every example is valid, and nothing that is misspelt."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft7Validator

from mockserver.authoring.json_schema import json_schema
from mockserver.authoring.takes import takes
from mockserver.authoring.yaml_source import read_yaml
from mockserver.cassette.load import load
from mockserver.cli import main
from mockserver.commands.show import SCHEMAS
from mockserver.errors import CassetteError
from mockserver.script.fixtures import check_fixtures
from mockserver.script.replies import BUILDERS
from mockserver.script.reply_options import OPTIONS
from mockserver.script.when import WHEN
from mockserver.web.profiles.loader import PROFILE, PROFILE_NAMES, ROW

ROOT = Path(__file__).parents[2]
PROFILES = ROOT / "mockserver" / "web" / "profiles"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = ("README.md", "docs/scripting.md", "docs/faults.md", "docs/plugin.md")


@pytest.fixture
def printed(capsysbinary):
    """`printed(kind)` is the schema that the command prints."""

    def printed(kind):
        assert main(["schema", kind]) == 0
        schema = orjson.loads(capsysbinary.readouterr().out)
        Draft7Validator.check_schema(schema)
        return schema

    return printed


@pytest.fixture
def problems(printed):
    """`problems(kind, value)` is what the schema finds wrong."""
    return lambda kind, value: [error.message for error in Draft7Validator(printed(kind)).iter_errors(value)]


def value_of(text):
    source = read_yaml(text)
    assert source.problems == []
    return source.value


def documents(path):
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one is not None]


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures").glob("*.yaml")), ids=lambda path: path.name)
def test_example_of_a_fixture_file_is_valid(problems, path):
    assert problems("fixture", value_of(path.read_text(encoding="utf-8"))) == []


BLOCKS = [
    pytest.param(block[1], id=f"{page}:{number}")
    for page in PAGES
    for number, block in enumerate(BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_rules_in_the_docs_are_valid(problems, block):
    assert problems("fixture", value_of(block)) == []


@pytest.mark.parametrize("path", sorted((ROOT / "cassettes").glob("*.yaml")), ids=lambda path: path.name)
def test_every_document_of_a_cassette_is_valid(problems, path):
    assert documents(path)
    assert [problems("cassette", document) for document in documents(path)] == [[] for _ in documents(path)]


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_built_in_profile_is_valid(problems, name):
    assert problems("profile", value_of((PROFILES / f"{name}.yaml").read_text(encoding="utf-8")) or {}) == []


WRITTEN: Mapping[str, Any] = {
    "nested": [
        {"when": {"any": [{"not": {"input": {"not": {"regex": "x"}}}}, {"tools": ["a", ["b"]]}]}, "reply": "Hi."}
    ],
    "raw item": [{"reply": {"type": "anything", "with": {"more": 1}}}],
    "short builder": [{"reply": [{"function_call": "f"}, {"reasoning": ["a", "b"]}, {"parallel": ["a"]}]}],
    "route": [{"when": {"method": "POST", "path": "/v1/files"}, "reply": {"status": 404, "headers": {"x-a": "b"}}}],
    "named error": [{"fault": {"error": "item_not_found", "retry_after": 1}}],
    "any json": [{"reply": {"json": [1, None, {"a": "b"}]}}, {"reply": {"fill": {"name": "x"}}}],
    "no value": [{"when": {"conversation": None, "json": {"a": True, "b": {"present": False}}}, "reply": "Hi."}],
    "prompts": {"prompts": [{"id": "pmpt_1", "model": "gpt-4o", "messages": "Hi.", "settings": {"tools": []}}]},
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_what_the_reader_takes_the_schema_takes(problems, written, tmp_path):
    path = tmp_path / "fixture.json"
    path.write_bytes(orjson.dumps(written))

    assert check_fixtures([path]) == []
    assert problems("fixture", written) == []


MISSPELT = [
    "- {whne: {input: x}, reply: Hi.}",
    "- {when: {imput: x}, reply: Hi.}",
    "- {when: {input: {contain: x}}, reply: Hi.}",
    "- {when: {all: {input: x}}, reply: Hi.}",
    "- {when: {not: {modle: x}}, reply: Hi.}",
    "- {when: {stream: 'yes'}, reply: Hi.}",
    "- {when: {transport: sse}, reply: Hi.}",
    "- {when: {message: {role: tool}}, reply: Hi.}",
    "- {when: {tool_output: {nmae: f}}, reply: Hi.}",
    "- {when: {predicate: x}, reply: Hi.}",
    "- {replay: Hi.}",
    "- {reply: {massage: Hi.}}",
    "- {reply: {function_call: {nme: f}}}",
    "- {reply: {function_call: {name: f, arguments: 5}}}",
    "- {reply: {mcp_call: {name: a}}}",
    "- {reply: {fill: Paris}}",
    "- {reply: 5}",
    "- {reply: Hi., status: complete}",
    "- {reply: Hi., usage: {input: 5}}",
    "- {reply: Hi., pace: {speed: 5}}",
    "- {reply: Hi., times: 0}",
    "- {reply: Hi., events: {interleave: true}}",
    "- {fault: {stauts: 429}}",
    "- {fault: {status: '429'}}",
    "- {when: {path: /v1/x}, reply: {jsn: {}}}",
    "- {when: {path: /v1/x}, reply: {status: 99}}",
    "- {when: {input: x}}",
    "{ruels: [{reply: Hi.}]}",
    "{chaos: {rate: 2, faults: [{status: 500}]}}",
    "{prompts: [{id: pmpt_1, modle: gpt-4o}]}",
    "{prompts: [{id: pmpt_1, model: gpt-4o, settings: {tool: []}}]}",
]


@pytest.mark.parametrize("text", MISSPELT)
def test_misspelt_rule_is_not_valid(problems, text, tmp_path):
    path = tmp_path / "fixture.yaml"
    path.write_text(text)

    assert check_fixtures([path]), "the reader takes it"
    assert problems("fixture", value_of(text))


CASSETTE = "format: 1\n...\n---\nrequest: {method: GET, url: /v1/models}\nresponse: {status: 200, text: Hi.}\n...\n"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("format: 1", "fromat: 1"),
        ("format: 1", "format: '1'"),
        ("method: GET", "methode: GET"),
        ("method: GET, ", ""),
        ("status: 200", "status: '200'"),
        ("text: Hi.", "txt: Hi."),
        ("text: Hi.", "stream: {queue: true}"),
        ("response:", "reply:"),
    ],
)
def test_misspelt_document_of_a_cassette_is_not_valid(problems, right, wrong, tmp_path):
    path = tmp_path / "cassette.yaml"
    path.write_text(CASSETTE)
    load(path)
    assert [problems("cassette", document) for document in documents(path)] == [[], []]
    path.write_text(CASSETTE.replace(right, wrong))

    with pytest.raises(CassetteError):
        load(path)
    assert [document for document in documents(path) if problems("cassette", document)]


@pytest.mark.parametrize(
    "text",
    [
        "requests: []",
        "request: [{at: tools, remane: {a: b}}]",
        "request: [{at: tools}]",
        "response: [{drop: name}]",
        "unchecked: {vlaues: input}",
        "websocket: 'no'",
        "items: [{prefix: {id: {ad: x_}}}]",
    ],
)
def test_misspelt_profile_is_not_valid(problems, text):
    assert problems("profile", value_of(text))


def test_keys_are_those_of_the_readers(printed):
    fixture, profile = printed("fixture"), printed("profile")
    rule = fixture["definitions"]["rule"]["anyOf"][0]["properties"]
    builders = fixture["definitions"]["reply"]["anyOf"][-1]["properties"]

    assert set(fixture["definitions"]["when"]["properties"]) == set(WHEN) - {"predicate"}
    assert set(rule) == {"when", "reply", "replies", "fault", "times", "name", *OPTIONS}
    assert set(builders) == {"parallel", *BUILDERS}
    assert set(profile["properties"]) == set(PROFILE)
    assert set(profile["definitions"]["row"]["properties"]) == set(ROW)


def test_every_kind_of_file_has_a_schema():
    assert set(SCHEMAS) == {"fixture", "cassette", "profile"}


def test_reader_that_does_not_say_what_it_takes_is_named():
    with pytest.raises(LookupError, match=r"test_every_kind.* does not say what it takes: decorate it with `takes`"):
        json_schema({"items": test_every_kind_of_file_has_a_schema}, title="x")


def test_reader_says_what_it_takes_for_what_it_is_bound_to():
    @takes(lambda allowed=(): {"enum": [*allowed]})
    def read(written, allowed=()):
        return written in allowed

    assert json_schema({"items": partial(read, allowed=("a",))}, title="x")["items"] == {"enum": ["a"]}
