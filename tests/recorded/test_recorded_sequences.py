"""Whole recorded conversations with the API, played again: what our server answers has the recorded shape.

The script says what the model said, cut down to what only the model knows; everything else is the server's own. Ids in
later requests are replaced by the ids that our server gave the same objects.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

import pytest

from mockserver import MockServer, Workspace
from mockserver.spec.item_row import CALL_ID, REQUIRED
from mockserver.spec.item_types import ITEM_TYPES
from tests.support.http import Reply, send
from tests.support.real_traffic import RECORDINGS, RecordedExchange, recorded_files

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")

FOLDERS = (
    "openai-dotnet/ResponseStoreTests/*",
    "openai-dotnet/ConversationTests/*",
    "openai-dotnet/ResponsesTests/*",
    "pydantic-ai/test_openai_responses/*background*",
    "pydantic-ai/test_openai_responses/*compact*",
    "pydantic-ai/test_openai_responses/*conversation*",
)
ENDPOINT = re.compile(r"/v1/(responses|conversations)\b")
ID = re.compile(r"\b[a-z]+_[0-9a-f]{48,50}\b")
POLLS = 3
OK = 200
UNSPOKEN = {"compaction"}  # the server's own doing, where a request asks for it
TRACED = "2025-10-24"  # the day of the traces, which do not say it

# Keys that the API came to say, or to say more than null in, by their path without indices: since when.
LATER = {
    "billing": "2025-09-23",
    "completed_at": "2025-12-15",
    "frequency_penalty": "2026-01-10",
    "moderation": "2026-04-16",
    "presence_penalty": "2026-01-10",
    "prompt_cache_retention": "2026-04-16",
    "tool_usage": "2026-06-20",
    "usage.input_tokens_details.cache_write_tokens": "2026-07-01",
    "reasoning.context": "2026-06-01",
    "reasoning.mode": "2026-07-01",
    "tools.output_schema": "2026-07-01",
    "output.content": "2026-07-01",
}
PROMPT = "a stored prompt says it, which only its owner's account knows"
UNSTORED = "said of background work on this account in 2026-02, though it was stored and could be retrieved"
REPLACED = "one recording of 2025-10; the API reference and all types have the conversation, which is answered"
# What differs from a recording besides, by file and path: why.
EXCEPTIONS = {
    **{
        ("MultipleResponseInstructionsAsync.json", path): PROMPT
        for path in ("prompt.version", "instructions", "reasoning.effort", "reasoning.summary")
    },
    **{
        (f"test_background_mode_{name}_vcr.yaml", path): UNSTORED
        for name, path in (("streaming_starting_after", "store"), ("streaming", "store"))
    },
    **{("Conversations/delete_item", path): REPLACED for path in ("created_at", "deleted", "metadata", "object")},
    ("test_background_mode_vcr.yaml", "store"): UNSTORED,
    ("test_background_mode_with_tool_vcr.yaml", "store"): UNSTORED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How a trace of agent-framework was recorded: its files keep neither method nor path nor status.

    `{conversation}` and `{item}` stand for a conversation that is there and its only item.
    """

    path: str = "/v1/responses"
    method: str = "POST"
    status: int = 200
    deleted: bool = False
    """Whether the conversation has been deleted before."""


CONVERSATION = "/v1/conversations/{conversation}"
ITEMS_OF_IT = f"{CONVERSATION}/items"
TRACES = {
    "Conversations/add_items": Trace(path=ITEMS_OF_IT),
    "Conversations/delete_item": Trace(method="DELETE", path=f"{ITEMS_OF_IT}/{{item}}"),
    "Conversations/error_delete_already_deleted": Trace(method="DELETE", path=CONVERSATION, status=404, deleted=True),
    "Conversations/error_invalid_json": Trace(path="/v1/conversations", status=400),
    "Conversations/error_invalid_limit": Trace(method="GET", path=f"{ITEMS_OF_IT}?limit=1000", status=400),
    "Conversations/error_item_not_found": Trace(
        method="GET", path=f"{ITEMS_OF_IT}/msg_msg_nonexistent123nonexistent123", status=404
    ),
    "Conversations/refusal_streaming": Trace(),
    "Conversations/tool_call": Trace(),
    "Conversations/update_conversation": Trace(path=CONVERSATION),
    "Responses/basic": Trace(),
    "Responses/json_output_streaming": Trace(),
    "Responses/mutual_exclusive_error": Trace(status=400),
    "Responses/streaming": Trace(),
    "Responses/tool_call": Trace(),
}
NO_REQUEST = {"Conversations/basic_streaming"}  # keeps an answer only


Found = tuple[str, str, str]
"""A difference: the date of the recording, the path, what differs."""


def date_of(exchanges: list[RecordedExchange]) -> str:
    """The day of a sequence: that of the first object in it that says when it was made."""
    bodies = [event.get("response") for exchange in exchanges for event in exchange.events or ()]
    bodies += [exchange.body for exchange in exchanges]
    stamps = [body["created_at"] for body in bodies if isinstance(body, dict) and "created_at" in body]
    return dt.datetime.fromtimestamp(stamps[0], tz=dt.UTC).date().isoformat() if stamps else TRACED


def sequences() -> list[tuple[str, list[RecordedExchange]]]:
    wanted = {path.name for pattern in FOLDERS for path in RECORDINGS.glob(pattern)}
    return [
        (name, [exchange for exchange in exchanges if ENDPOINT.match(exchange.path)])
        for name, exchanges in recorded_files()
        if name in wanted
    ]


def responses_in(exchange: RecordedExchange) -> Iterator[dict[str, Any]]:
    """The response objects that an exchange told, the last one last."""
    told = [event["response"] for event in exchange.events or () if "response" in event]
    told += [exchange.body] if isinstance(exchange.body, dict) else []
    yield from (response for response in told if response.get("object") == "response")


def said(item: dict[str, Any]) -> dict[str, Any]:
    """What the model said of an item, without what the server adds."""
    row = ITEM_TYPES[item["type"]]
    needed = {key for key, default in row.keys.items() if default in (REQUIRED, CALL_ID)}
    told = {key: value for key, value in item.items() if key in {"type", "arguments", "summary", "phase", *needed}}
    if item["type"] == "message":
        told["content"] = [
            {key: value for key, value in part.items() if value or key == "text"} for part in item["content"]
        ]
    if item["type"] == "reasoning" and "encrypted_content" in item:
        told["encrypted_content"] = item["encrypted_content"]
    return told


class Playing:
    """One sequence on its way through our server."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._ids: dict[str, str] = {}

    def ours(self, text: str) -> str:
        """A text with our ids instead of the recorded ones."""
        return ID.sub(lambda found: self._ids.get(found[0], found[0]), text)

    def learn(self, recorded: Any, ours: Any) -> None:
        """Which of our objects are which of the recorded ones."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key in recorded.keys() & ours.keys():
                if key == "id" and isinstance(recorded[key], str):
                    self._ids[recorded[key]] = ours[key]
                self.learn(recorded[key], ours[key])
        elif isinstance(recorded, list) and isinstance(ours, list):
            for one, other in zip(recorded, ours, strict=False):
                self.learn(one, other)

    def make(self, conversation: str, item: str, *, deleted: bool) -> None:
        """Let a conversation of this name be there, or have been there, with one item of this name."""
        items = [{"type": "message", "role": "user", "content": "Tell me a joke!"}]
        made = self._ask("POST", "/v1/conversations", {"items": items}).json["id"]
        self._ids[conversation] = made
        self._ids[item] = self._ask("GET", f"/v1/conversations/{made}/items").json["first_id"]
        if deleted:
            self._ask("DELETE", f"/v1/conversations/{made}")

    def play(self, exchange: RecordedExchange, final: dict[str, Any] | None) -> Reply:
        """Send a recorded request; `final` is the response that it led to in the end."""
        if final is not None and exchange.path.partition("?")[0] == "/v1/responses":
            reason = (final["incomplete_details"] or {}).get("reason")
            spoken = [said(item) for item in final["output"] if item["type"] not in UNSPOKEN]
            self._workspace.enqueue(*spoken, incomplete_reason=reason)
        reply = self._send(exchange)
        for _ in range(POLLS):  # a poll that came early finds it as far as the recorded one did
            if exchange.method != "GET" or exchange.events or reply.json.get("status") == exchange.body.get("status"):
                break
            reply = self._send(exchange)
        self.learn(answer_of(exchange), answer_of(reply))
        return reply

    def _send(self, exchange: RecordedExchange) -> Reply:
        body = exchange.request
        if body is not None:
            body = self.ours(body if isinstance(body, str) else json.dumps(body)).encode()
        return self._ask(exchange.method, self.ours(exchange.path), body)

    def _ask(self, method: str, path: str, body: Any = None) -> Reply:
        return send(self._workspace.base_url, method, path, body, key=self._workspace.api_key)


def answer_of(exchange: RecordedExchange | Reply) -> Any:
    """The body of an exchange, or the last response of a stream."""
    if isinstance(exchange, RecordedExchange):
        return exchange.events[-1]["response"] if exchange.events else exchange.body
    streamed = exchange.header("content-type") != "application/json"
    return exchange.events[-1]["response"] if streamed else exchange.json


# Values, not only keys, that are compared: none of them depends on ids, times or what the model said.
STATED = {"object", "type", "status", "role", "has_more", "deleted", "background", "store"}


def differences(recorded: Any, ours: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where our answer has not the recorded shape: path without indices, and what differs."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        yield from ((_under(path, key), "lacks it") for key in recorded.keys() - ours.keys())
        yield from ((_under(path, key), "has it") for key in ours.keys() - recorded.keys())
        for key in recorded.keys() & ours.keys():
            yield from differences(recorded[key], ours[key], _under(path, key))
    elif isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            yield path, f"has {len(ours)} entries, not {len(recorded)}"
        for one, other in zip(recorded, ours, strict=False):
            yield from differences(one, other, path)
    elif (recorded is None) != (ours is None) or (path.rpartition(".")[2] in STATED and recorded != ours):
        yield path, f"is {ours!r}, not {recorded!r}"


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def stream_differences(recorded: list[dict[str, Any]], ours: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The same for two streams: the order of their events, however many deltas; then the keys of each type."""
    orders = [[kind for kind, _ in groupby(event["type"] for event in events)] for events in (recorded, ours)]
    if orders[0] != orders[1]:
        yield "stream", f"goes {orders[1]}, not {orders[0]}"
    first = {event["type"]: event for event in reversed(ours)}
    for event in {event["type"]: event for event in reversed(recorded)}.values():
        told = first.get(event["type"], {})
        yield from ((found.removeprefix("response."), what) for found, what in differences(event, told))


def compared(exchange: RecordedExchange, reply: Reply) -> Iterator[tuple[str, str]]:
    if reply.status != exchange.status:
        yield "status code", f"is {reply.status}, not {exchange.status}: {reply.body.decode()[:300]}"
    elif reply.status != OK:
        yield from [] if reply.json == exchange.body else [("error", f"is {reply.json}, not {exchange.body}")]
    elif exchange.events:
        yield from stream_differences(exchange.events, reply.events)
    else:
        yield from differences(exchange.body, reply.json)


def found_in(playing: Playing, exchanges: list[RecordedExchange]) -> list[Found]:
    """Everything in which a sequence differs from its recording."""
    date = date_of(exchanges)
    finals = {response["id"]: response for exchange in exchanges for response in responses_in(exchange)}
    found = []
    for exchange in exchanges:
        begun = next(responses_in(exchange), None)
        reply = playing.play(exchange, finals[begun["id"]] if begun else None)
        recorded = replace(exchange, body=json.loads(playing.ours(json.dumps(exchange.body))))
        found += [(date, path, what) for path, what in compared(recorded, reply)]
    return found


def expected(name: str, date: str, path: str, what: str) -> bool:
    came_later = what == "has it" or what.endswith(", not None")
    return (came_later and date < LATER.get(path, "")) or (name, path) in EXCEPTIONS


def told_of(playing: Playing, name: str, recorded: RecordedExchange) -> RecordedExchange:
    """A trace as it was sent, once the conversation that it names, and an item in it, are there."""
    trace = TRACES[name]
    names = ID.findall(json.dumps([recorded.request, recorded.body]))
    conversation = next((found for found in names if found.startswith("conv_")), f"conv_{'0' * 48}")
    item = next((found for found in names if found.startswith("msg_")), f"msg_{'0' * 48}")
    playing.make(conversation, item, deleted=trace.deleted)
    path = trace.path.format(conversation=conversation, item=item)
    return replace(recorded, method=trace.method, path=path, status=trace.status)


SEQUENCES = dict(sequences())
RECORDED_TRACES = {name: found[0] for name, found in recorded_files() if name in TRACES}


@pytest.fixture(scope="module")
def found(server: MockServer) -> dict[str, list[Found]]:
    """What differs, by sequence or trace."""
    workspace = partial(server.workspace, unmatched="answer")
    found = {name: found_in(Playing(workspace()), exchanges) for name, exchanges in SEQUENCES.items()}
    for name, recorded in RECORDED_TRACES.items():
        playing = Playing(workspace())
        found[name] = found_in(playing, [told_of(playing, name, recorded)])
    return found


@pytest.mark.parametrize("name", [*SEQUENCES, *TRACES])
def test_recorded_sequence_gets_the_recorded_answers(found, name):
    assert [(path, what) for date, path, what in found[name] if not expected(name, date, path, what)] == []


def test_every_exception_is_still_one(found):
    differing = {(name, path) for name, differences in found.items() for _, path, _ in differences}

    assert EXCEPTIONS.keys() - differing == set()
    assert LATER.keys() - {path for _, path in differing} == set()


def test_every_trace_is_played():
    there = {name for name, _ in recorded_files() if name.startswith(("Conversations/", "Responses/"))}

    assert there == TRACES.keys() | NO_REQUEST
