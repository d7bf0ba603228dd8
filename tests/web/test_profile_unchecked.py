"""What a provider leaves unchecked passes under its profile, and nothing else does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from mockserver import MockServer, SettingsError, Workspace
from mockserver.spec.checks.compiler import alternatives, merged
from mockserver.spec.contract import contract
from tests.support.bodies import ask
from tests.support.http import send
from tests.support.profile_examples import own

Under: TypeAlias = Callable[[str], Workspace]


@pytest.fixture
def under(server: MockServer, tmp_path: Path) -> Under:
    """`under(text)`: a workspace under a profile of these lines."""

    def make(text: str) -> Workspace:
        path = tmp_path / f"own{len(list(tmp_path.iterdir()))}.yaml"
        path.write_text(text, encoding="utf-8")
        return server.workspace(profile=str(path))

    return make


def param_of(workspace: Workspace, body: Any, path: str = "/v1/responses") -> str | None:
    """The field for which a request is refused; None where it is answered."""
    reply = send(workspace.base_url, "POST", path, body, key=workspace.api_key)
    assert reply.status in {200, 400}, reply.body
    return None if reply.status == 200 else str(reply.json["error"]["param"])


FUNCTION = {"type": "function", "name": "f"}
CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
LEFT_OUT = [
    pytest.param("required: [model]", {"input": "x"}, "model", id="required"),
    pytest.param(
        "required: ['tools[type=mcp]']", ask(tools=[{"type": "mcp"}]), "tools[0].server_label", id="of a tool"
    ),
    pytest.param("required: [text]", ask(text={"format": {"type": "json_schema"}}), "text.format.name", id="deep"),
    pytest.param("unknown: [colour]", ask(colour=1), "colour", id="unknown"),
    pytest.param("unknown: ['tools[*]']", ask(tools=[{**FUNCTION, "x": 1}]), "tools[0].x", id="unknown in tools"),
    pytest.param("types: [user]", ask(user=1), "user", id="type"),
    pytest.param("types: [metadata]", ask(metadata={"a": 1}), "metadata.a", id="type of metadata"),
    pytest.param("values: [truncation]", ask(truncation="some"), "truncation", id="value"),
    pytest.param("values: ['tools[*]']", ask(tools=[{"type": "lookup"}]), "tools[0].type", id="type of a tool"),
    pytest.param("limits: [max_output_tokens]", ask(max_output_tokens=1), "max_output_tokens", id="limit"),
    pytest.param("limits: [metadata]", ask(metadata={"a": "x" * 513}), "metadata.a", id="length"),
    pytest.param("limits: ['tools[*].name']", ask(tools=[{**FUNCTION, "name": "a b"}]), "tools[0].name", id="name"),
    pytest.param(
        "ids: ['input[*]']",
        {"model": "m", "input": [{**CALL, "id": "x_1"}, {"role": "user", "content": "x"}]},
        "input[0].id",
        id="id",
    ),
    pytest.param(
        "values: ['input[*]']",
        {"model": "m", "input": [{"role": "user", "content": [{"type": "note"}]}]},
        "input[0].content[0].type",
        id="part",
    ),
    pytest.param("values: ['input[*]']", {"model": "m", "input": [{"type": "note"}]}, "input[0]", id="item"),
    pytest.param(
        "values: ['input[*]']", {"model": "m", "input": [{"role": "x", "content": "y"}]}, "input[0]", id="role"
    ),
    pytest.param("combinations: [model]", ask(model=""), "model", id="model"),
    pytest.param("combinations: [input]", ask(""), "None", id="no input"),
    pytest.param("combinations: [background]", ask(background=True, store=False), "background", id="background"),
    pytest.param("combinations: [tool_choice]", ask(tool_choice=FUNCTION), "tool_choice", id="tool_choice"),
    pytest.param("combinations: [temperature]", ask(model="o4-mini", temperature=0), "temperature", id="of the model"),
]
EXTRA = "combinations: ['*']"
"""Added where a body breaks a rule about its items too."""


@pytest.mark.parametrize(("rule", "body", "param"), LEFT_OUT)
def test_check_that_is_left_out_is_not_made(rule: str, body: Any, param: str, under: Under) -> None:
    more = "" if rule.startswith("combinations") else f"  {EXTRA}\n"
    assert param_of(under(f"unchecked:\n  {rule}\n{more}"), body) is None
    kind = rule.partition(":")[0]
    assert param_of(under(f"unchecked:\n  {kind}: [nothing]\n{more}"), body) == param
    assert param_of(under(""), body) is not None


@pytest.mark.parametrize(
    ("places", "refused"),
    [
        ("'*'", []),
        ("[tools]", ["colour"]),
        ("['tools[type=function]']", ["colour", "tools[0].x"]),
        ("['tools[type=web_search]']", ["colour", "tools[1].x"]),
        ("['*', '!tools']", ["tools[0].x", "tools[1].x"]),
        ("['*', '!tools', 'tools[type=function]']", ["tools[0].x"]),
        ("['!tools', '*']", []),
        ("[colour]", ["tools[0].x", "tools[1].x"]),
    ],
)
def test_last_place_that_fits_counts(places: str, refused: list[str], under: Under) -> None:
    workspace = under(f"unchecked:\n  unknown: {places}\n")
    search, function = {"type": "web_search", "x": 1}, {**FUNCTION, "x": 1}
    bodies = {
        "colour": ask(colour=1),
        "tools[0].x": ask(tools=[search, FUNCTION]),
        "tools[1].x": ask(tools=[{"type": "web_search"}, function]),
    }
    assert [name for name, body in bodies.items() if param_of(workspace, body) is not None] == refused


def test_other_checks_of_the_same_field_are_made(under: Under) -> None:
    workspace = under("unchecked:\n  types: [max_output_tokens]\n  limits: [top_logprobs]\n")
    assert param_of(workspace, ask(max_output_tokens="many")) is None
    assert param_of(workspace, ask(max_output_tokens=1)) == "max_output_tokens"
    assert param_of(workspace, ask(top_logprobs="many")) == "top_logprobs"


def test_other_endpoints_are_as_lenient(under: Under) -> None:
    workspace = under("unchecked:\n  unknown: '*'\n  required: [items, model]\n")
    assert param_of(workspace, {"colour": 1}, "/v1/conversations") is None
    assert param_of(workspace, {"input": "x", "colour": 1}, "/v1/responses/input_tokens") is None
    assert param_of(under(""), {"colour": 1}, "/v1/conversations") == "colour"


def test_setting_for_unknown_parameters_adds_to_the_profile(server: MockServer, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("unchecked:\n  limits: [max_output_tokens]\n", encoding="utf-8")
    workspace = server.workspace(profile=str(path), unknown_parameters="accept")
    assert param_of(workspace, ask(max_output_tokens=1, colour=1)) is None
    workspace = server.workspace(profile=str(path), unknown_parameters="refuse")
    assert param_of(workspace, ask(max_output_tokens=1, colour=1)) == "colour"


def test_journal_reads_what_a_profile_takes(under: Under) -> None:
    workspace = under("unchecked:\n  required: [model]\n")
    workspace.on(input="never").reply("x")
    send(workspace.base_url, "POST", "/v1/responses", {"input": "Hello"}, key=workspace.api_key)
    [exchange] = workspace.requests
    assert exchange.input_text == "Hello"


MISTAKES = [
    pytest.param(
        "unchecked: {require: [model]}",
        ":1: unchecked.require: unknown key 'require'. Did you mean 'required'?",
        id="kind",
    ),
    pytest.param(
        "unchecked: {types: {a: b}}", ":1: unchecked.types: expected a list of paths, got a mapping", id="list"
    ),
    pytest.param("unchecked: {types: ['a[']}", ":1: unchecked.types[0]: 'a[' is not a valid path", id="path"),
    pytest.param(
        "unchecked: {types: ['input[0]']}",
        ":1: unchecked.types[0]: is about some elements of a list only; expected [*] or [type=…].",
        id="position",
    ),
    pytest.param(
        "echo: [{a: 1, b: 2}]", ":1: echo[0]: expected a path, or one path with its default, got 2 keys.", id="echo"
    ),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_mistake_names_its_place(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        own(tmp_path, text)
    assert f"own.yaml{message}" in str(caught.value)


ANYTHING = "unchecked: {required: '*', unknown: '*', types: '*', values: '*', limits: '*', ids: '*', combinations: '*'}"


CREATE = merged(list(alternatives(contract()["requests"]["responses.create"]))).properties
TOOLS = sorted(
    {
        name
        for array in alternatives(CREATE["tools"])
        if array["type"] == "array"
        for tool in alternatives(array["items"])
        for kind in alternatives(tool["properties"]["type"])
        for name in kind.get("enum", [kind.get("const")])
    }
)


@pytest.mark.parametrize("kind", sorted(contract()["input_items"]))
def test_item_that_says_nothing_but_its_type_is_answered(kind: str, under: Under) -> None:
    workspace = under(ANYTHING)
    items = [{"role": "user", "content": "x"}, {"type": kind}]
    for odd in ({}, {"role": "user"}, {"id": 1, "call_id": 2, "content": 3, "output": 4, "action": 5, "summary": 6}):
        body = {"model": "m", "input": [items[0], {**items[1], **odd}], "stream": bool(odd)}
        assert param_of(workspace, body) is None


@pytest.mark.parametrize("kind", TOOLS)
def test_tool_that_says_nothing_but_its_type_is_answered(kind: str, under: Under) -> None:
    workspace = under(ANYTHING)
    for odd in ({}, {"name": 1}, {"name": "x", "parameters": 3, "container": 4, "filters": 5, "tools": 6, "strict": 7}):
        body = ask(tools=[{"type": kind, **odd}], tool_choice="required", stream=bool(odd))
        assert param_of(workspace, body) is None


ODD: list[Any] = [None, 1, 1.5, "x", True, [], {}, [1], [[]], [{}], {"type": 1}, {"type": "x"}, [{"type": "x"}]]


@pytest.mark.parametrize("key", sorted(CREATE))
def test_field_of_any_type_is_answered(key: str, under: Under) -> None:
    workspace = under(ANYTHING)
    for value in ODD:
        if key not in {"previous_response_id", "conversation"} or not isinstance(value, str):
            assert param_of(workspace, {**ask(), key: value}) is None, value


UNREADABLE = [
    pytest.param({"input": [{"type": None, "content": "x"}]}, id="item without a type"),
    pytest.param({"input": [{"type": "tool_search_output", "tools": [{}]}]}, id="tool without a type"),
    pytest.param({"input": [{"type": "mcp_approval_response", "approval_request_id": "a"}]}, id="approval"),
    pytest.param({"input": [{"type": "message", "role": True, "content": [5]}]}, id="role"),
    pytest.param({"input": "x", "tool_choice": {"type": {}, "name": []}}, id="choice"),
    pytest.param({"input": [{"id": 5, "type": "unheard_of"}, "text"]}, id="id"),
]  # fmt: skip


@pytest.mark.parametrize("body", UNREADABLE)
def test_body_that_passes_but_cannot_be_read_is_refused_as_openai_refuses_it(server, body, caplog):
    workspace = server.workspace(profile="open-responses")
    replies = [
        send(server.base_url, "POST", "/v1/responses", {"model": "m", **body}, key=workspace.api_key) for _ in range(2)
    ]

    assert {reply.status for reply in replies} <= {200, 400, 422}
    assert "Traceback" not in caplog.text
    if replies[0].status == 200:
        path = f"/v1/responses/{replies[0].json['id']}/input_items"
        assert send(server.base_url, "GET", path, key=workspace.api_key).status in {200, 404}
