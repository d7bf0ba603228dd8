import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import mockserver
from mockserver.errors import ApiError, SettingsError
from mockserver.events.emit import emit
from mockserver.spec.request import check_schema
from mockserver.web.profile import PROFILE_NAMES, Profile, ProfileStream, load_profile

TEXT = {"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi."}
MESSAGE = {"id": "msg_1", "type": "message", "status": "completed", "content": [TEXT], "role": "assistant"}
SILENT = {"id": "rs_1", "type": "reasoning", "content": [], "summary": []}
SPOKEN = {**SILENT, "id": "rs_2", "summary": [{"type": "summary_text", "text": "Hm."}]}
CALL = {"id": "fc_1", "type": "function_call", "status": "completed", "arguments": "{}", "call_id": "c", "name": "f"}
SEARCH = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}}
USAGE = {
    "input_tokens": 1,
    "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
    "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 3,
}


def response(*output: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 7,
        "status": "completed",
        "error": None,
        "model": "gpt-4.1",
        "output": list(output),
        "previous_response_id": None,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tools": [],
        "usage": USAGE,
    } | more


def own(folder: Path, text: str) -> Profile:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return load_profile(str(path))


def test_names_are_the_files() -> None:
    assert PROFILE_NAMES == ("lemondata", "modelverse", "new-api", "open-responses", "openai", "skyengine")


def test_names_stand_in_no_code() -> None:
    package = Path(mockserver.__file__).parent
    code = {path.name: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    others = [name for name in PROFILE_NAMES if name != "openai"]
    assert [(file, name) for file, text in code.items() for name in others if name in text] == []


def test_openai_changes_nothing_and_reads_no_yaml() -> None:
    script = (
        "import sys; from mockserver.web.profile import load_profile as load;"
        "print(load('openai').identity, 'yaml' in sys.modules, load('modelverse').identity, 'yaml' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "True False False True\n"


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_what_is_given_stays_as_it_was(name: str) -> None:
    profile = load_profile(name)
    request = {"model": "m", "prompt": "p", "max_tokens": 16, "tools": [{"type": "web_search_preview", "domains": []}]}
    shown = response(SILENT, MESSAGE, CALL, SEARCH)
    events = list(emit(shown))
    before = deepcopy((request, shown, events))
    profile.request_in(request)
    profile.response_out(shown, request)
    list(profile.events_out(events, request))
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
    pytest.param("requests: []", "line 1: requests: 'requests' is not known. Did you mean 'request'?", id="section"),
    pytest.param(
        "# one\nrequest:\n  - renam: {a: b}",
        "line 3: request[0].renam: 'renam' is not known. Did you mean 'rename'? Allowed: at, where, rename, drop, "
        "keep, set, default, values, prefix, strip, become, splice.",
        id="operation",
    ),
    pytest.param("request: {a: 1}", "line 1: request: expected a list of rows, but got {'a': 1}.", id="no list"),
    pytest.param("request:\n  - drop: a", "line 2: request[0].drop: expected a list of names, but got 'a'.", id="name"),
    pytest.param("request:\n  - at: a", "line 2: request[0]: a row does nothing; give it one of rename,", id="idle"),
    pytest.param("request:\n  - {at: 'a[', drop: [b]}", "request[0].at: 'a[' is no step of a path;", id="path"),
    pytest.param(
        "request:\n  - where: {a: {is: txt}}\n    drop: [a]", "where.a.is: 'txt' is not known. Did you", id="kind"
    ),
    pytest.param("response:\n  - splice: output", "line 2: response[0].splice: 'splice' needs an 'at'", id="splice"),
    pytest.param("items:\n- drop: [a]\n  keep: }", "line 3: this is no YAML:", id="yaml"),
    pytest.param("- a", "line 1: the file: expected a mapping, but got ['a'].", id="no mapping"),
    pytest.param("stream_end: 7", "line 1: stream_end: expected a text, but got 7.", id="text"),
    pytest.param("hide: {type: a}", "line 1: hide: expected a list of conditions, but got", id="hide"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_mistake_in_a_file_names_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        own(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'own.yaml'}, line ")
    assert message in str(caught.value)


def test_unknown_profile_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"There is no profile 'newapi'\. Did you mean 'new-api'\? Expected lemond"):
        load_profile("newapi")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Cannot read the profile .*none\.yaml: "):
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
    events = list(profile.events_out(emit(shown)))
    assert [item["id"] for item in profile.response_out(shown)["output"]] == ["rs_2", "msg_1"]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    added = [event for event in events if event["type"] == "response.output_item.added"]
    assert [(event["item"]["id"], event["output_index"]) for event in added] == [("rs_2", 0), ("msg_1", 1)]
    assert [item["id"] for item in events[-1]["response"]["output"]] == ["rs_2", "msg_1"]


def test_stream_is_the_same_one_event_at_a_time() -> None:
    profile = load_profile("skyengine")
    events = list(emit(response(SILENT, MESSAGE)))
    stream = ProfileStream(profile)
    assert [shown for event in events for shown in stream.feed(event)] == list(profile.events_out(events))


def test_events_are_dropped_and_numbered_anew(tmp_path: Path) -> None:
    profile = own(tmp_path, "drop_events: [response.in_progress, response.content_part.added]\n")
    events = list(profile.events_out(emit(response(MESSAGE))))
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


def test_new_api_shows_the_earlier_keys() -> None:
    shown = load_profile("new-api").response_out(response(SILENT, MESSAGE, background=False, store=True))
    assert list(shown) == [
        *("id", "object", "created_at", "status", "error", "model", "output", "previous_response_id", "store"),
        *("text", "tools", "usage"),
    ]
    assert shown["output"] == [
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hi.", "annotations": []}],
        }
    ]
    assert shown["text"] == {"format": {"type": "text"}}
    assert shown["usage"]["input_tokens_details"] == {"cached_tokens": 0}


def test_new_api_events_have_neither_number_nor_padding() -> None:
    events = list(load_profile("new-api").events_out(emit(response(MESSAGE), padding=lambda _: "xx")))
    assert not any({"sequence_number", "obfuscation", "logprobs"} & event.keys() for event in events)


SKYENGINE_REQUESTS = [
    pytest.param({"prompt": "Hi"}, {"input": "Hi"}, id="prompt"),
    pytest.param({"prompt": "Hi", "input": "x"}, {"instructions": "Hi", "input": "x"}, id="prompt and input"),
    pytest.param({"prompt": {"id": "p"}}, {"prompt": {"id": "p"}}, id="stored prompt"),
    pytest.param(
        {"input": [{"role": "user", "content": [{"type": "audio", "audio": {"data": "AA==", "format": "wav"}}]}]},
        {
            "input": [
                {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}]}
            ]
        },
        id="audio",
    ),
    pytest.param(
        {"input": "x", "text": {"format": {"type": "json_object", "schema": {"type": "object"}}}},
        {"input": "x", "text": {"format": {"type": "json_schema", "schema": {"type": "object"}, "name": "response"}}},
        id="schema",
    ),
    pytest.param(
        {"input": "x", "tools": [{"type": "web_search_preview", "search_context_size": "large", "domains": ["a"]}]},
        {"input": "x", "tools": [{"type": "web_search_preview", "search_context_size": "high"}]},
        id="search",
    ),
    pytest.param(
        {"input": "x", "stream": True},
        {"input": "x", "stream": True, "stream_options": {"include_obfuscation": False}},
        id="padding",
    ),
]


@pytest.mark.parametrize(("request_sent", "expected"), SKYENGINE_REQUESTS)
def test_skyengine_request_becomes_openais(request_sent: dict[str, Any], expected: dict[str, Any]) -> None:
    translated = load_profile("skyengine").request_in({"model": "gpt-4.1", **request_sent})
    assert translated == {"model": "gpt-4.1", **expected}
    check_schema("responses.create", translated)


def test_skyengine_response_says_it_its_own_way() -> None:
    form = {"type": "json_schema", "description": None, "name": "response", "schema": {}, "strict": True}
    tools = [{"type": "web_search_preview", "search_context_size": "low", "user_location": {"type": "approximate"}}]
    sent = {"prompt": "Hi", "tools": [{"type": "web_search_preview", "user_location": {"type": "exact"}}]}
    shown = load_profile("skyengine").response_out(response(text={"format": form}, tools=tools), sent)
    assert shown["text"] == {"format": {"type": "json_object", "schema": {}}}
    assert shown["prompt"] == "Hi"
    assert shown["tools"] == [
        {
            "type": "web_search_preview",
            "search_context_size": "small",
            "user_location": {"type": "exact"},
            "domains": [],
        }
    ]


def test_skyengine_sends_audio_events() -> None:
    audio = {**MESSAGE, "content": [{"type": "output_audio", "data": "AA==", "transcript": "Hi."}]}
    events = list(load_profile("skyengine").events_out(emit(response(audio))))
    assert [event for event in events if "audio" in event["type"]] == [
        {"type": "response.audio.delta", "delta": "AA==", "sequence_number": 4},
        {"type": "response.audio.done", "sequence_number": 5},
    ]
    assert not any("transcript" in event["type"] for event in events)


def test_skyengine_error_event_has_its_name() -> None:
    failed = response(status="failed", error={"code": "server_error", "message": "Sorry."})
    events = list(load_profile("skyengine").events_out(emit(failed)))
    assert [event["type"] for event in events[-2:]] == ["response.error", "response.failed"]
    assert events[-2]["error"] == {"code": "server_error", "message": "Sorry."}


def test_skyengine_incomplete_stream_ends() -> None:
    events = list(load_profile("skyengine").events_out(emit(response(MESSAGE, status="incomplete"))))
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["status"] == "incomplete"


ERROR = ApiError("No such thing.", status=404, param="id", code="missing")
ERRORS = [
    pytest.param("openai", {"error": ERROR.error}, id="openai"),
    pytest.param("open-responses", {"error": {**ERROR.error, "type": "not_found"}}, id="open-responses"),
    pytest.param(
        "skyengine",
        {
            "error": {
                "code": 404,
                "message": "No such thing.",
                "details": [{"type": "invalid_request_error", "param": "id", "code": "missing"}],
            }
        },
        id="skyengine",
    ),
]


@pytest.mark.parametrize(("name", "body"), ERRORS)
def test_error_has_the_providers_shape(name: str, body: dict[str, Any]) -> None:
    assert load_profile(name).error_out(ERROR.error, ERROR.status) == body


def test_lemondata_shows_bare_messages_and_takes_them_back() -> None:
    profile = load_profile("lemondata")
    shown = profile.response_out(response(MESSAGE))
    message = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hi."}]}
    assert shown == {
        "id": "resp_1",
        "object": "response",
        "created_at": 7,
        "model": "gpt-4.1",
        "output": [message],
        "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    }
    back = profile.request_in({"model": "m", "input": [*shown["output"], {"role": "user", "content": "Go on."}]})
    assert back["input"][0]["content"] == [{"type": "output_text", "text": "Hi."}]
    check_schema("responses.create", back)


def test_modelverse_shows_parts_and_its_own_ids() -> None:
    profile = load_profile("modelverse")
    shown = profile.response_out(response(MESSAGE, CALL, previous_response_id="resp_0"))
    assert shown["output"] == [{"type": "text", "text": "Hi."}, CALL]
    assert (shown["id"], shown["previous_response_id"]) == ("resp-1", "resp-0")
    assert shown["created"] == shown["created_at"] == 7


def test_modelverse_ids_are_known_again() -> None:
    profile = load_profile("modelverse")
    assert profile.request_in({"previous_response_id": "resp-1"}) == {"previous_response_id": "resp_1"}
    assert profile.id_in("resp-1") == "resp_1"
    assert load_profile("openai").id_in("resp-1") == "resp-1"


def test_modelverse_takes_its_own_names() -> None:
    sent = {"model": "m", "input_items": [{"type": "text", "text": "Hi"}], "max_tokens": 20}
    part = {"type": "input_text", "text": "Hi"}
    assert load_profile("modelverse").request_in(sent) == {
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": [part]}],
        "max_output_tokens": 20,
    }


def test_open_responses_items_have_status_and_owner() -> None:
    profile = load_profile("open-responses")
    shown = profile.response_out(response(SPOKEN, SEARCH, MESSAGE))
    assert [(item["type"], item["status"]) for item in shown["output"]] == [
        ("reasoning", "completed"),
        ("openai:web_search_call", "completed"),
        ("message", "completed"),
    ]
    back = profile.request_in({"model": "m", "input": [shown["output"][1]]})
    assert back["input"] == [SEARCH]


def test_open_responses_names_events_and_ends_with_done() -> None:
    profile = load_profile("open-responses")
    raw = {**SILENT, "content": [{"type": "reasoning_text", "text": "Hm."}]}
    events = list(profile.events_out(emit(response(raw, SEARCH))))
    kinds = [event["type"] for event in events]
    assert {"response.reasoning.delta", "response.reasoning.done"} < set(kinds)
    assert "openai:response.web_search_call.searching" in kinds
    assert profile.stream_end == "[DONE]"
    [added] = [event for event in events if event["type"].endswith("item.added") and event["output_index"] == 0]
    assert added["item"]["status"] == "in_progress"


LENIENT = [
    pytest.param("modelverse", {"input": "x", "max_tokens": 20}, id="max_tokens"),
    pytest.param("new-api", {"input": "x", "tools": [{"type": "web_search_preview", "domains": []}]}, id="domains"),
    pytest.param("skyengine", {"prompt": "x"}, id="prompt"),
    pytest.param("lemondata", {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, id="text"),
]


@pytest.mark.parametrize(("name", "body"), LENIENT)
def test_lenient_request_needs_its_profile(name: str, body: dict[str, Any]) -> None:
    sent = {"model": "gpt-4.1", **body}
    check_schema("responses.create", load_profile(name).request_in(sent))
    with pytest.raises(ApiError):
        check_schema("responses.create", load_profile("openai").request_in(sent))
