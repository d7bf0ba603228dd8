"""Profiles that are proposed from recordings of a server under each built-in profile, held against that profile."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver import MockServer, Workspace
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.cli import main
from mockserver.conformance.propose import propose_profile
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from mockserver.web.profiles.loader import PROFILE_NAMES
from tests.support.bodies import WEATHER, ask
from tests.support.http import Connection, Reply, data_of
from tests.support.profile_examples import own as load_own
from tests.support.profile_traffic import DONE

REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "text": ask(),
    "stated": ask(temperature=0.5, metadata={"a": "b"}, instructions="Be kind.", reasoning=None),
    "call": ask("Rome?", tools=[WEATHER]),
    "thinking": ask("Think.", model="gpt-5", reasoning={"summary": "auto", "effort": "low"}),
    "wrong": ask(temperature=3),
}
CASSETTES = Path(__file__).parents[2] / "cassettes"
SENT = [{**body, "stream": streamed} for body in REQUESTS.values() for streamed in (False, True)]


Call = Callable[[Workspace, Mapping[str, Any]], Reply]


@pytest.fixture
def call() -> Iterator[Call]:
    """`call(workspace, body)`: the reply."""
    with ExitStack() as stack:
        connections: dict[str, Connection] = {}

        def reply(workspace: Workspace, body: Mapping[str, Any]) -> Reply:
            key = workspace.api_key
            if key not in connections:
                connections[key] = stack.enter_context(Connection(workspace.base_url))
            connections[key].request("POST", "/v1/responses", body, key=key)
            return connections[key].reply()

        yield reply


def recorded(server: MockServer, profile: str, path: Path, call: Call) -> list[Reply]:
    """What a provider answers, recorded."""
    upstream, recorder = server.workspace(profile=profile), server.workspace()
    recorder.record(upstream=upstream.base_url, path=path, key=upstream.api_key)
    replies = [call(recorder, body) for body in SENT]
    recorder.close()
    return replies


def form_of(value: Any, key: str = "") -> Any:
    """What a value looks like, whatever its texts and numbers are; types and constants stay."""
    if isinstance(value, dict):
        return {name: form_of(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [form_of(inner, key) for inner in value]
    if isinstance(value, str):
        return value if key in {"type", "object", "status", "role", "model"} else "text"
    return type(value).__name__


def form_of_reply(reply: Reply) -> Any:
    """A reply's form: its status and body, or the events of its stream, those that repeat once."""
    if not reply.body.startswith((b"event:", b"data:")):
        return reply.status, form_of(reply.json)
    events = [form_of(data_of(frame)) for frame in reply.body.removesuffix(DONE).split(b"\n\n")[:-1]]
    return reply.body.endswith(DONE), [event for event, _ in groupby(events)]


NOT_PROPOSED: Mapping[str, str] = {
    "modelverse": "parts stand where OpenAI has messages",
    "new-api": "what usage has depends on the items",
    "ollama": "encrypted content repeats a text of the same item",
}
"""What no proposal follows from."""
PROFILES = [
    pytest.param(name, marks=[pytest.mark.xfail(reason=reason, strict=True)] if reason else [])
    for name, reason in ((name, NOT_PROPOSED.get(name)) for name in PROFILE_NAMES)
]


@pytest.mark.parametrize("profile", PROFILES)
def test_proposed_profile_answers_in_the_form_of_the_recorded_one(
    profile: str, server: MockServer, tmp_path: Path, call: Call
) -> None:
    replies = recorded(server, profile, tmp_path / "session.yaml", call)
    proposed = tmp_path / "proposed.yaml"
    proposed.write_text(propose_profile(tmp_path / "session.yaml"), encoding="utf-8")
    workspace = server.workspace(profile=str(proposed))
    for body, reply in zip(SENT, replies, strict=True):
        assert form_of_reply(call(workspace, body)) == form_of_reply(reply), proposed.read_text()


def test_recording_of_openai_proposes_nothing(server: MockServer, tmp_path: Path, call: Call) -> None:
    recorded(server, "openai", tmp_path / "session.yaml", call)
    lines = propose_profile(tmp_path / "session.yaml").splitlines()
    assert [line for line in lines if not line.startswith("#")] == []
    root = server.base_url.removesuffix("/v1")
    assert lines[0] == f"# Proposed from session.yaml: 10 requests to {root}, 4 of them with a stream."


@pytest.mark.parametrize("name", ["weather", "conversation"])
def test_continued_responses_of_openai_propose_nothing(name: str) -> None:
    assert yaml.safe_load(propose_profile(CASSETTES / f"{name}.yaml")) is None


def test_recording_without_responses_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    with CassetteWriter(path, header=Header(upstream="https://provider.example")) as writer:
        writer.add(RecordedExchange(method="GET", url_path="/v1/models", body={"object": "list", "data": []}))
    with pytest.raises(CassetteError, match=r"no exchange creates a response, so there is nothing to compare; record"):
        propose_profile(path)


def proposed_from(folder: Path, *exchanges: RecordedExchange) -> dict[str, Any]:
    """The profile that is proposed from exchanges, as YAML says it."""
    path = folder / "session.yaml"
    with CassetteWriter(path, header=Header(upstream="https://provider.example")) as writer:
        for exchange in exchanges:
            writer.add(exchange)
    made = propose_profile(path)
    load_own(folder, made)
    return yaml.safe_load(made) or {}


BAD = {"error_code": "BAD_REQUEST", "details": {"reason": "No such thing as a store here."}, "status": 400}


def test_errors_and_refusals_are_proposed(tmp_path: Path) -> None:
    refused = RecordedExchange(request_body={"model": "m", "input": "Hi", "store": True}, status=400, body=BAD)
    assert proposed_from(tmp_path, refused) == {
        "refuse": [{"where": {"store": True}, "message": "No such thing as a store here.", "status": 400}],
        "error_body": {"error_code": "BAD_REQUEST", "details": {"reason": "$message"}, "status": "$status"},
    }


@pytest.mark.parametrize(
    ("sent", "unchecked"),
    [
        pytest.param({"top_k": 5}, {"unknown": ["top_k"]}, id="unknown"),
        pytest.param({"temperature": 7}, {"limits": ["temperature"]}, id="limits"),
        pytest.param({"metadata": {"a": 1}}, {"types": ["metadata.a"]}, id="types"),
        pytest.param({"tools": [{"type": "file_search"}]}, {"required": ["tools[*].vector_store_ids"]}, id="required"),
    ],
)
def test_checks_that_a_provider_leaves_out_are_proposed(
    tmp_path: Path, sent: dict[str, Any], unchecked: dict[str, Any]
) -> None:
    reply = {"id": "resp_1", "object": "response", "model": "m", "output": []}
    exchange = RecordedExchange(request_body={"model": "m", "input": "Hi", **sent}, body=reply)
    assert proposed_from(tmp_path, exchange)["unchecked"] == unchecked


def test_websockets_and_ends_of_streams_are_proposed(tmp_path: Path) -> None:
    created = {"type": "response.created", "response": {"id": "chat-1", "output": []}, "sequence_number": 0}
    done = {"type": "response.completed", "response": {"id": "chat-1", "output": []}, "sequence_number": 1}
    exchange = RecordedExchange(
        request_body={"model": "m", "input": "Hi", "stream": True},
        headers={"content-type": "text/event-stream"},
        events=[created, done],
        other_frames=((2, "data: [DONE]"),),
    )
    made = proposed_from(tmp_path, exchange)
    assert (made["stream_end"], made["ids"]) == ("[DONE]", {"resp_": "chat-"})


def test_command_prints_what_is_proposed(
    server: MockServer, tmp_path: Path, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(server, "openrouter", tmp_path / "session.yaml", call)
    assert main(["profile", "--from", str(tmp_path / "session.yaml")]) == 0
    assert capsys.readouterr().out == propose_profile(tmp_path / "session.yaml")
    assert main(["profile", "--from", str(tmp_path / "none.yaml")]) == 2
