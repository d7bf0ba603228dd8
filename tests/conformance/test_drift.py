"""A recorded session, compared with a second server: the same, and one whose answers differ in ten planted ways."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Settings, Workspace, function_call, reasoning
from mockserver.cassette.format import Header
from mockserver.cassette.load import Cassette, load, payload_folder
from mockserver.cassette.writer import CassetteWriter
from mockserver.cli import main
from mockserver.conformance.drift import Drifted, drift_of
from mockserver.conformance.drift_report import DriftReport, drift_from
from mockserver.conformance.resending import is_unfinished
from mockserver.conformance.rewriting import rewrite
from mockserver.model.recorded import RecordedExchange
from tests.support.bodies import WEATHER
from tests.support.http import send

CASSETTES = Path(__file__).parents[2] / "cassettes"
JSON = {"content-type": "application/json"}


def scripted(workspace: Workspace) -> Workspace:
    workspace.on(input="weather", tools="get_weather").reply(function_call("get_weather", city="Paris"))
    workspace.on(tool_output="get_weather").reply(reasoning("Hm."), "Sunny.")
    workspace.on(input="slow").times(1).fault(status=429)
    workspace.on().reply("Fine, thank you.")
    return workspace


def session(workspace: Workspace) -> None:
    """Twelve requests; later ones name what came before."""

    def ask(given: Any, **more: Any) -> dict[str, Any]:
        body = {"model": "gpt-4.1", "input": given, **more}
        reply = send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key)
        return reply.json if reply.body.startswith(b"{") else {}

    called = ask("The weather?", tools=[WEATHER])
    output = {"type": "function_call_output", "call_id": called["output"][0]["call_id"], "output": "18"}
    ask([output], previous_response_id=called["id"], tools=[WEATHER])
    conversation = send(workspace.base_url, "POST", "/v1/conversations", {}, key=workspace.api_key).json["id"]
    ask("Hello", conversation=conversation)
    ask("Stream", stream=True)
    ask("Stream it", stream=True)
    ask("So slow")
    ask("Wrong", temperature=3)
    ask("Header")
    ask("Item")
    ask("Renamed", stream=True)
    send(workspace.base_url, "GET", f"/v1/conversations/{conversation}/items", key=workspace.api_key)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drift") / "session.yaml"
    with MockServer() as server:
        upstream, recorder = scripted(server.workspace()), server.workspace()
        recorder.record(upstream=upstream.base_url, path=path, key=upstream.api_key)
        session(recorder)
    return path


@pytest.fixture(scope="module")
def second() -> Iterator[MockServer]:
    """A server that gives out other ids."""
    with MockServer(Settings(seed="another")) as server:
        yield server


def test_another_server_that_answers_alike_has_not_drifted(recorded: Path, second: MockServer):
    upstream = scripted(second.workspace())

    report = drift_from([recorded], upstream=upstream.base_url, key=upstream.api_key)

    assert report.as_json() == {"compared": 12, "differences": [], "not_compared": []}
    assert [exchange.status for exchange in upstream.requests].count(200) == 10


DELTA = "response.output_text.delta"
DONE = "response.output_text.done"
PART_DONE = "response.content_part.done"
Events = Sequence[dict[str, Any]]


def without(values: Any, key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}


def paused(events: Events) -> Events:
    return [*events[:2], {"type": "response.paused"}, *events[2:]]


def swapped(events: Events) -> Events:
    by_type = {event["type"]: event for event in events}
    names = {DONE: PART_DONE, PART_DONE: DONE}
    return [by_type[names[event["type"]]] if event["type"] in names else event for event in events]


def renamed(events: Events) -> Events:
    def key_of(event: dict[str, Any], key: str) -> str:
        return "id" if (event["type"], key) == (DELTA, "item_id") else key

    return [{key_of(event, key): value for key, value in event.items()} for event in events]


def total_as_text(body: Any) -> Any:
    return {**body, "usage": {**body["usage"], "total_tokens": "7"}}


def other_item(body: Any) -> Any:
    return {**body, "output": [{**body["output"][0], "type": "monologue"}]}


# The number of an exchange, the field of it that is changed, how, and the difference that is to be found.
PLANTED: Sequence[tuple[int, str, Callable[[Any], Any], Drifted]] = [
    (1, "body", lambda body: {**body, "verdict": None}, Drifted("new key", "response", "none", "verdict")),
    (2, "body", lambda body: without(body, "truncation"), Drifted("missing key", "response", "truncation", "none")),
    (4, "body", total_as_text, Drifted("type", "response.usage.total_tokens", "number", "text")),
    (5, "events", paused, Drifted("events", "after response.in_progress", "none", "response.paused")),
    (6, "events", swapped, Drifted("order", f"after {DELTA}", DONE, PART_DONE)),
    (7, "status", lambda _: 503, Drifted("status", "", "429", "503")),
    (
        8,
        "body",
        lambda body: {"error": {**body["error"], "code": "too_hot"}},
        Drifted("value", "error.code", "decimal_above_max_value", "too_hot"),
    ),
    (
        9,
        "headers",
        lambda headers: without(headers, "openai-version"),
        Drifted("header", "openai-version", "present", "none"),
    ),
    (10, "body", other_item, Drifted("items", "response.output", "message", "monologue")),
    (11, "events", renamed, Drifted("renamed key", DELTA, "item_id", "id")),
]


@pytest.fixture(scope="module")
def elsewhere(recorded: Path, second: MockServer) -> Cassette:
    """The session as the second server answers it."""
    path = recorded.with_name("elsewhere.yaml")
    path.write_bytes(recorded.read_bytes())
    upstream = scripted(second.workspace())
    drift_from([path], upstream=upstream.base_url, key=upstream.api_key, update=True)
    return load(path)


def test_ten_planted_changes_are_ten_differences(
    recorded: Path, second: MockServer, elsewhere: Cassette, tmp_path: Path
):
    changed = dict(enumerate(elsewhere.exchanges, start=1))
    for number, name, change, _ in PLANTED:
        changed[number] = replace(changed[number], **{name: change(getattr(changed[number], name))})
    with CassetteWriter(tmp_path / "changed.yaml", header=Header()) as writer:
        for exchange in changed.values():
            writer.add(exchange)
    upstream = second.workspace()
    upstream.replay(tmp_path / "changed.yaml", all_used=True)

    report = drift_from([recorded], upstream=upstream.base_url, key=upstream.api_key)

    lines = load(recorded).lines
    assert report.differences == {difference: [f"{recorded}:{lines[at - 1]}"] for at, _, _, difference in PLANTED}
    upstream.assert_complete()


def test_update_records_the_cassette_anew(recorded: Path, elsewhere: Cassette):
    old = load(recorded)

    assert [one.status for one in elsewhere.exchanges] == [one.status for one in old.exchanges]
    assert elsewhere.exchanges[0].body != old.exchanges[0].body
    assert [drift_of(*both) for both in zip(old.exchanges, elsewhere.exchanges, strict=True)] == [[]] * 12
    assert [path.name for path in recorded.parent.iterdir() if path.name.startswith(".drift")] == []


def test_work_that_goes_on_is_compared_by_its_headers_alone():
    recorded = RecordedExchange(headers={"openai-version": "2020-10-01"}, body={"id": "r", "status": "in_progress"})
    now = replace(recorded, headers={}, body={"id": "r", "status": "completed", "output": []})

    assert drift_of(recorded, now) == [Drifted("header", "openai-version", "present", "none")]


TOOL = {"type": "function", "name": "f", "parameters": {}}
ASKED = {"model": "o3", "input": "x", "tools": [TOOL, {**TOOL, "name": "g"}]}


def answered(**changes: Any) -> RecordedExchange:
    """A call of a function, with the parts of its request that the response repeats."""
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}
    body = {
        "object": "response",
        "tools": ASKED["tools"],
        "tool_choice": {"type": "function", "name": "f"},
        "text": {"format": {"type": "json_schema", "name": "s"}},
        "output": [{**call, **changes.pop("call", {})}],
    }
    return RecordedExchange(request_body=ASKED, body={**body, **changes})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"call": {"name": "g"}}, []),
        ({"call": {"name": "functions.f"}}, [Drifted("value", "item[function_call].name", "f", "functions.f")]),
        ({"tools": [{**TOOL, "name": "ns.f"}, {**TOOL, "name": "g"}]},
         [Drifted("value", "response.tools[type=function].name", "f", "ns.f")]),
        ({"tool_choice": {"type": "function", "name": "g"}}, [Drifted("value", "response.tool_choice.name", "f", "g")]),
        ({"text": {"format": {"type": "json_schema", "name": "t"}}},
         [Drifted("value", "response.text.format.name", "s", "t")]),
    ],
    ids=["another tool of the request", "none of its tools", "echoed tool", "echoed choice", "echoed format"],
)  # fmt: skip
def test_name_is_drift_where_the_service_decides_it(changes: dict[str, Any], found: list[Drifted]):
    assert drift_of(answered(), answered(**changes)) == found


def test_name_of_a_tool_that_was_found_is_the_models_choice():
    found = {"type": "tool_search_output", "id": "tso_1", "tools": [{"type": "namespace", "tools": [TOOL]}]}
    sent = [{"type": "tool_search_output", "tools": [{**TOOL, "name": "h"}]}]

    def calling(name: str) -> RecordedExchange:
        call = {"type": "function_call", "id": "fc_1", "name": name}
        return RecordedExchange(request_body={"input": sent}, body={"output": [found, call]})

    assert drift_of(calling("f"), calling("h")) == []
    assert [one.now for one in drift_of(calling("f"), calling("i"))] == ["i"]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({"incomplete_details": None}, {"incomplete_details": {}}, []),
        ({"reasoning": None}, {"reasoning": {}}, [Drifted("type", "response.reasoning", "null", "object")]),
        ({"usage": "a"}, {"usage": 1}, [Drifted("type", "response.usage", "text", "number")]),
        ({"output": [{"type": "message", "content": [{"type": "output_text"}]}]},
         {"output": [{"type": "message", "content": [{"type": "output_text", "tone": 1}]}]},
         [Drifted("new key", "part[output_text]", "none", "tone")]),
    ],
    ids=["what may be null", "what may not", "another type of what may be null", "part"],
)  # fmt: skip
def test_value_that_the_words_decide_may_be_null(old: Any, new: Any, found: list[Drifted]):
    alike = {"object": "response", "output": []}

    assert drift_of(RecordedExchange(body={**alike, **old}), RecordedExchange(body={**alike, **new})) == found


def test_renamed_field_is_found_whatever_its_value():
    body: Any = answered().body
    (item,) = body["output"]
    renamed = {("function" if key == "name" else key): value for key, value in item.items()}

    assert drift_of(answered(), answered(output=[renamed])) == [
        Drifted("renamed key", "item[function_call]", "name", "function")
    ]


def test_differences_of_most_exchanges_are_named_first():
    report = DriftReport()
    often, once = Drifted("new key", "response", "none", "often"), Drifted("new key", "response", "none", "once")
    report.differences |= {once: ["a.yaml:1"], often: ["a.yaml:1", "a.yaml:2"]}

    assert [line.split()[4] for line in report.table().splitlines()[1:]] == ["often", "once"]


# The command


@pytest.fixture
def drifted(server: MockServer, tmp_path: Path) -> tuple[Path, Workspace]:
    """A cassette of two exchanges, and an upstream that answers the second with another item."""
    path = tmp_path / "small.yaml"
    upstream, recorder = server.workspace(), server.workspace()
    recorder.record(upstream=upstream.base_url, path=path, key=upstream.api_key)
    upstream.on(input="One").reply("1")
    upstream.on(input="Two").times(1).reply("2")
    upstream.on().reply(reasoning("Two?"), "2")
    for words in ("One", "Two"):
        send(recorder.base_url, "POST", "/v1/responses", {"model": "o3", "input": words}, key=recorder.api_key)
    server.discard(recorder)
    return path, upstream


def exchanges_in(path: Path) -> list[Any]:
    return list(load(path).exchanges)


def run(path: Path, upstream: Workspace, *options: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITS_KEY", upstream.api_key)
        return main(["drift", str(path), "--upstream", upstream.base_url, "--key-env", "ITS_KEY", *options])


def test_drift_is_a_table_and_a_failure(capsys: pytest.CaptureFixture[str], drifted: tuple[Path, Workspace]):
    path, upstream = drifted
    line = load(path).lines[1]

    assert run(path, upstream) == 1

    assert capsys.readouterr().out == (
        f"what   where            recorded  now                 exchanges\n"
        f"items  response.output  message   reasoning, message  {path}:{line}\n"
        "2 compared, 1 difference found.\n"
    )


def test_drift_of_nothing_that_could_be_sent_is_no_success(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    path = tmp_path / "alone.yaml"
    with CassetteWriter(path, header=Header()) as writer:
        writer.add(RecordedExchange(any_request=True, body={"id": "resp_1", "object": "response"}))

    assert main(["drift", str(path), "--self"]) == 1

    assert capsys.readouterr().out == (
        f"{path}:{load(path).lines[0]}: not compared: its request was not recorded\n0 compared, 0 differences found.\n"
    )


def test_drift_is_json_for_programs(capsys: pytest.CaptureFixture[str], drifted: tuple[Path, Workspace]):
    path, upstream = drifted
    path.write_text(path.read_text().replace("One", "sk-proj-REDACTED"))
    first, second = load(path).lines

    assert run(path, upstream, "--json") == 1

    items = {"what": "items", "where": "response.output", "recorded": "message", "now": "reasoning, message"}
    assert json.loads(capsys.readouterr().out) == {
        "compared": 1,
        "differences": [{**items, "exchanges": [f"{path}:{second}"]}],
        "not_compared": [{"exchange": f"{path}:{first}", "reason": "a secret in its request was redacted"}],
    }


def test_update_redacts_what_the_caller_names(server: MockServer, drifted: tuple[Path, Workspace]):
    path, _ = drifted
    other = server.workspace()
    other.on().reply("staff-4711")

    drift_from([path], upstream=other.base_url, key=other.api_key, update=True, redact=("staff-[0-9]+",))

    assert "output_text" in path.read_text()
    assert "staff-4711" not in path.read_text()


def test_update_ends_the_drift(drifted: tuple[Path, Workspace]):
    path, upstream = drifted

    assert run(path, upstream, "--update") == 0
    assert run(path, upstream) == 0


def test_large_payloads_of_new_answers_stand_beside_the_cassette(drifted: tuple[Path, Workspace]):
    path, upstream = drifted
    pictures = [b64encode(letter * 9000).decode() for letter in (b"a", b"b", b"c")]

    for picture in pictures[:2]:
        upstream.script.clear()
        upstream.on().reply({"type": "image_generation_call", "status": "completed", "result": picture})
        assert run(path, upstream, "--update") == 0
    assert [exchange.body["output"][0]["result"] for exchange in exchanges_in(path)] == pictures[1:2] * 2
    assert len(list(payload_folder(path).iterdir())) == 1

    upstream.script.clear()
    upstream.on().reply({"type": "image_generation_call", "status": "completed", "result": pictures[2]})
    rewrite(path, [2], upstream=upstream.base_url, key=upstream.api_key)
    assert [exchange.body["output"][0]["result"] for exchange in exchanges_in(path)] == pictures[1:]


def test_update_that_would_lose_an_exchange_is_refused(
    capsys: pytest.CaptureFixture[str], drifted: tuple[Path, Workspace]
):
    path, upstream = drifted
    before = path.read_text().replace("One", "sk-proj-REDACTED")
    path.write_text(before)

    assert run(path, upstream, "--update") == 2

    assert "not recorded anew, as 1 of its exchanges cannot be sent again" in capsys.readouterr().err
    assert path.read_text() == before


def test_what_depends_on_an_id_without_counterpart_is_not_sent(server: MockServer, tmp_path: Path):
    called = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}
    answer = {"id": "resp_1", "object": "response", "status": "completed", "output": [called]}
    output = {"type": "function_call_output", "call_id": "call_1", "output": ""}
    path = tmp_path / "calls.yaml"
    with CassetteWriter(path, header=Header()) as writer:
        writer.add(RecordedExchange(request_headers=JSON, request_body={"model": "o3", "input": "f"}, body=answer))
        writer.add(RecordedExchange(request_headers=JSON, request_body={"model": "o3", "input": [output]}, body=answer))
        writer.add(RecordedExchange(method="GET", url_path="/v1/responses/resp_1?a=b", body=answer))
    upstream = server.workspace()
    upstream.on().reply("No.")

    report = drift_from([path], upstream=upstream.base_url, key=upstream.api_key)

    made = upstream.requests[0].response
    assert made is not None
    reason = "it names call_1 of exchange 1, which has no counterpart today"
    assert report.not_compared == [(f"{path}:{load(path).lines[1]}", reason)]
    assert [exchange.path for exchange in upstream.requests] == [
        "/v1/responses",
        f"/v1/responses/{made['id']}",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--self", "--update"], "--update records what an upstream answers; with --self there is none."),
        (["--upstream", "nowhere"], "upstream is 'nowhere'; expected a base URL like https://api.openai.com/v1."),
        (["--upstream", "http://127.0.0.1:1/v1"], "The upstream http://127.0.0.1:1 gave no answer: "),
        (["--upstream", "http://127.0.0.1:1", "--key-env", "NO_KEY"], "--key-env names NO_KEY, which is not set"),
    ],
)
def test_drift_that_cannot_be_looked_for_says_why(capsys: pytest.CaptureFixture[str], options: list[str], message: str):
    assert main(["drift", str(CASSETTES / "weather.yaml"), *options]) == 2

    assert capsys.readouterr().err.startswith(f"mockserver: {message}")


def test_own_answers_are_those_of_the_recordings(capsys: pytest.CaptureFixture[str]):
    assert main(["drift", str(CASSETTES), "--self"]) == 0

    assert capsys.readouterr().out == "16 compared, 0 differences found.\n"


@pytest.mark.parametrize(
    ("body", "unfinished"),
    [
        ({"status": "queued"}, True),
        ({"status": "in_progress"}, True),
        ({"status": "completed"}, False),
        ({"object": "list"}, False),
        ("in_progress", False),
    ],
)
def test_answer_of_background_work_is_unfinished(body: Any, unfinished: bool) -> None:  # noqa: FBT001 - a row
    assert is_unfinished(RecordedExchange(body=body)) is unfinished
    if isinstance(body, dict):
        event = {"type": "response.completed", "response": body}
        assert is_unfinished(RecordedExchange(events=[event])) is unfinished
