import subprocess
import sys
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import mockserver
from mockserver import MockServer
from mockserver.errors import SettingsError
from mockserver.events.emit import emit
from mockserver.web.profiles.loader import PROFILE_NAMES, load_profile
from mockserver.web.profiles.profile import Profile
from mockserver.web.profiles.transforms import OPERATIONS
from tests.support.bodies import ask
from tests.support.http import send
from tests.support.profile_examples import CALL, MESSAGE, SEARCH, SILENT, SPOKEN, own, response, sent_events


def test_names_are_the_files() -> None:
    assert PROFILE_NAMES == (
        "azure-openai",
        "databricks",
        "forgets-store",
        "groq",
        "ignores-unknown",
        "lemondata",
        "litellm",
        "lm-studio",
        "modelverse",
        "new-api",
        "ogx",
        "ollama",
        "open-responses",
        "openai",
        "openrouter",
        "skyengine",
        "vllm",
        "xai",
    )


@pytest.mark.parametrize("gated", [False, True], ids=["at once", "event by event"])
@pytest.mark.parametrize(("profile", "end"), [("openrouter", b"}\n\ndata: [DONE]\n\n"), ("ogx", b"}\n\n")])
def test_streams_end_as_those_of_the_provider(server: MockServer, profile: str, end: bytes, gated: Any) -> None:
    workspace = server.workspace(profile=profile)
    if gated:
        workspace.gates[workspace.hold()].open()
    reply = send(workspace.base_url, "POST", "/v1/responses", ask(stream=True), key=workspace.api_key)

    assert reply.body.endswith(end)
    assert reply.body.count(b"[DONE]") == end.count(b"[DONE]")


def test_names_stand_in_no_code() -> None:
    package = Path(mockserver.__file__).parent
    code = {path.name: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    others = [name for name in PROFILE_NAMES if name != "openai"]
    assert [(file, name) for file, text in code.items() for name in others if f'"{name}"' in text] == []


def test_openai_changes_nothing_and_reads_no_yaml() -> None:
    script = (
        "import sys; from mockserver.web.profiles.loader import load_profile as load;"
        "from mockserver.web.profiles.profile import Profile;"
        "print(load('openai') == Profile(name='openai'), 'yaml' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "True False\n"


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_what_is_given_stays_as_it_was(name: str) -> None:
    profile = load_profile(name)
    request = {"model": "m", "prompt": "p", "max_tokens": 16, "tools": [{"type": "web_search_preview", "domains": []}]}
    shown = response(SILENT, MESSAGE, CALL, SEARCH)
    events = list(emit(shown))
    before = deepcopy((request, shown, events))
    profile.request_in(request)
    profile.response_out(shown, request)
    sent_events(profile, events, request)
    assert (request, shown, events) == before


ROWS = [
    pytest.param("rename: {a: b}", {"a": 1, "c": 2}, {"b": 1, "c": 2}, id="rename keeps the place"),
    pytest.param("rename: {a: b}", {"a": 1, "b": 2}, {"b": 2}, id="rename leaves what is there"),
    pytest.param("rename: {a: b}", {"a": 1, "b": None}, {"b": 1}, id="rename replaces null"),
    pytest.param("drop: [a]", {"a": 1, "b": 2}, {"b": 2}, id="drop"),
    pytest.param("keep: [b, a]", {"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 1}, id="keep gives the order"),
    pytest.param("set: {b: $a.x}", {"a": {"x": 1}}, {"a": {"x": 1}, "b": 1}, id="set from a path"),
    pytest.param("set: {b: $z}", {"a": 1}, {"a": 1}, id="set leaves out what is not there"),
    pytest.param("default: {a: 5, b: 5}", {"a": 1, "b": None}, {"a": 1, "b": 5}, id="default"),
    pytest.param("values: {a: {x: y}}", {"a": "x"}, {"a": "y"}, id="values"),
    pytest.param("values: {a: {400: y, true: z}}", {"a": 400}, {"a": "y"}, id="values of a number"),
    pytest.param("values: {a: {400: y, true: z}}", {"a": True}, {"a": "z"}, id="values of a truth"),
    pytest.param("values: {a: {x: y}}", {"a": ["x"]}, {"a": ["x"]}, id="values leave what is no text"),
    pytest.param("prefix: {a: {add: 'p:', except: [x]}}", {"a": "y"}, {"a": "p:y"}, id="prefix"),
    pytest.param("prefix: {a: {add: 'p:', except: [x]}}", {"a": "x"}, {"a": "x"}, id="prefix except"),
    pytest.param("strip: {a: 'p:'}", {"a": "p:x"}, {"a": "x"}, id="strip"),
    pytest.param("become: {t: $a, u: [$b, $z]}", {"a": 1, "b": 2}, {"t": 1, "u": [2]}, id="become"),
    pytest.param("{at: 'l[*]', splice: m}", {"l": [{"m": [1, 2]}, 3]}, {"l": [1, 2, 3]}, id="splice"),
    pytest.param("{at: 'l[k=x]', drop: [k]}", {"l": [{"k": "x"}, {"k": "y"}]}, {"l": [{}, {"k": "y"}]}, id="filter"),
    pytest.param("{at: a.b, drop: [c]}", {"a": {"b": {"c": 1}}}, {"a": {"b": {}}}, id="nested"),
    pytest.param("{at: a.b, drop: [c]}", {"a": "text"}, {"a": "text"}, id="path that leads nowhere"),
    pytest.param("{where: {a: 1}, drop: [b]}", {"a": 2, "b": 3}, {"a": 2, "b": 3}, id="where another value"),
    pytest.param("{where: {a: null}, drop: [b]}", {"b": 3}, {}, id="where absent"),
    pytest.param("{where: {a: {is: text}}, drop: [a]}", {"a": {}}, {"a": {}}, id="where another kind"),
    pytest.param("{where: {'l[*].k': x}, drop: [l]}", {"l": [{"k": "y"}, {"k": "x"}]}, {}, id="where any element"),
    pytest.param("{drop: [a], rename: {b: a}}", {"a": 1, "b": 2}, {"a": 2}, id="operations in the order written"),
]


@pytest.mark.parametrize(("row", "given", "expected"), ROWS)
def test_row_changes_a_request(tmp_path: Path, row: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    changed = own(tmp_path, f"request:\n  - {row if row.startswith('{') else '{' + row + '}'}\n").request_in(given)
    assert changed == expected
    assert list(changed) == list(expected)


def test_request_that_is_no_object_is_left_to_the_checks() -> None:
    assert load_profile("modelverse").request_in([1]) == [1]


MISTAKES = [
    pytest.param("requests: []", ":1: requests: unknown key 'requests'. Did you mean 'request'?", id="section"),
    pytest.param(
        "# one\nrequest:\n  - renam: {a: b}",
        ":3: request[0].renam: unknown key 'renam'. Did you mean 'rename'? Allowed: at, become, default, drop, keep, "
        "prefix, rename, set, splice, strip, values, where.",
        id="operation",
    ),
    pytest.param("request: {a: 1}", ":1: request: expected a list of rows, got a mapping {'a': 1}.", id="no list"),
    pytest.param(
        "request:\n  - drop: a", ":2: request[0].drop: expected a list of names, got a string 'a'.", id="name"
    ),
    pytest.param("request:\n  - at: a", ":2: request[0]: a row does nothing; give it one of rename,", id="idle"),
    pytest.param("request:\n  - {at: 'a[', drop: [b]}", ":2: request[0].at: 'a[' is not a valid path;", id="path"),
    pytest.param(
        "request:\n  - where: {a: {is: txt}}\n    drop: [a]",
        ":2: request[0].where.a.is: unknown kind 'txt'. Did you mean 'text'?",
        id="kind",
    ),
    pytest.param("response:\n  - splice: output", ":2: response[0].splice: 'splice' needs an 'at'", id="splice"),
    pytest.param("items:\n- drop: [a]\n  keep: }", ":3: invalid YAML: ", id="yaml"),
    pytest.param("request: \x00", ":1: invalid YAML: ", id="control character"),
    pytest.param("items:\n- values: {a: b}", ":2: items[0].values.a: expected a mapping of old values", id="table"),
    pytest.param(
        "items:\n- prefix: {a: {ad: b, add: c}}",
        ":2: items[0].prefix.a.ad: unknown key 'ad'. Did you mean 'add'?",
        id="prefix",
    ),
    pytest.param("items:\n- prefix: {a: {}}", ":2: items[0].prefix.a: lacks 'add'.", id="prefix of nothing"),
    pytest.param("items:\n- <<: {drop: 1}\n  keep: [a]\n", ":2: items[0].<<: merge keys are not allowed", id="merge"),
    pytest.param("items:\n- set: {a: $}\n", ":2: items[0].set.a: '' is not a valid path", id="reference"),
    pytest.param("- a", ":1: expected a mapping of sections, got a list ['a'].", id="no mapping"),
    pytest.param("stream_end: 7", ":1: stream_end: expected a string, got an integer 7.", id="text"),
    pytest.param("hide: {type: a}", ":1: hide: expected a list of conditions, got", id="hide"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_mistake_in_a_file_names_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        own(tmp_path, text)
    assert str(caught.value).startswith(f"1 problem in the profile:\n{tmp_path / 'own.yaml'}{message}")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        own(tmp_path, "items:\n- drop: a\n- keep: b\nhide: 1\n")
    told = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
    assert [line.rpartition(":")[0] for line in told[1:]] == [
        "own.yaml:2: items[0].drop",
        "own.yaml:3: items[1].keep",
        "own.yaml:4: hide",
    ]


DOCS = Path(__file__).resolve().parents[2] / "docs" / "profiles.md"


BLOCKS = [block.split("```")[0] for block in DOCS.read_text(encoding="utf-8").split("```yaml\n")[1:]]


@pytest.mark.parametrize("block", [block for block in BLOCKS if "openapi:" not in block])
def test_docs_show_profiles_without_a_problem(block: str, tmp_path: Path) -> None:
    assert own(tmp_path, block).name == "own"


def test_docs_tell_every_section_and_operation() -> None:
    told = DOCS.read_text(encoding="utf-8")
    sections = [field.name for field in fields(Profile) if field.compare and field.name != "name"]
    assert [name for name in sections if f"`{name}`" not in told] == []
    assert [name for name in OPERATIONS if f"| `{name}: " not in told] == []
    assert [name for name in PROFILE_NAMES if f"| `{name}` |" not in told] == []


def test_docs_example_works(tmp_path: Path) -> None:
    profile = own(tmp_path, next(block for block in BLOCKS if block.startswith("# my-gateway.yaml")))
    sent = {"input": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}], "max_tokens": 20}
    part = {"type": "input_text", "text": "Hi"}
    assert profile.request_in(sent) == {"input": [{"role": "user", "content": [part]}], "max_output_tokens": 20}
    assert profile.response_out(response())["usage"]["cost"] == 0
    assert profile.error_out({"message": "No."}, 404)[0] == {"detail": "No.", "status": 404}


def test_unknown_profile_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"There is no profile 'newapi'\. Did you mean 'new-api'\? Expected azure"):
        load_profile("newapi")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml:1: cannot be read: .*No such file"):
        load_profile(str(tmp_path / "none.yaml"))


def test_own_file_changes_replies(tmp_path: Path) -> None:
    profile = own(tmp_path, "response:\n  - set: {provider: me}\n  - drop: [usage]\n")
    shown = profile.response_out(response(MESSAGE))
    assert profile.name == "own"
    assert shown["provider"] == "me"
    assert "usage" not in shown


def test_hidden_item_leaves_no_gap(tmp_path: Path) -> None:
    profile = own(tmp_path, "hide:\n  - {type: reasoning, summary: []}\n")
    shown = response(SILENT, SPOKEN, MESSAGE)
    events = sent_events(profile, emit(shown))
    assert [item["id"] for item in profile.response_out(shown)["output"]] == ["rs_2", "msg_1"]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    added = [event for event in events if event["type"] == "response.output_item.added"]
    assert [(event["item"]["id"], event["output_index"]) for event in added] == [("rs_2", 0), ("msg_1", 1)]
    assert [item["id"] for item in events[-1]["response"]["output"]] == ["rs_2", "msg_1"]


def test_events_are_dropped_and_numbered_anew(tmp_path: Path) -> None:
    profile = own(tmp_path, "drop_events: [response.in_progress, response.content_part.added]\n")
    events = sent_events(profile, emit(response(MESSAGE)))
    assert [(event["sequence_number"], event["type"]) for event in events[:3]] == [
        (0, "response.created"),
        (1, "response.output_item.added"),
        (2, "response.output_text.delta"),
    ]


def test_echo_repeats_the_request() -> None:
    profile = load_profile("new-api")
    request = {"tools": [{"type": "web_search_preview", "domains": ["a.org"]}, {"type": "web_search_preview"}]}
    tools = [{"type": "web_search_preview", "search_context_size": "medium"}] * 2
    shown = profile.response_out(response(tools=tools), request)
    assert [tool["domains"] for tool in shown["tools"]] == [["a.org"], []]
    assert [tool["domains"] for tool in profile.response_out(response(tools=tools))["tools"]] == [[], []]
