"""Lanes, steering, injection and faults at once: whatever is sent is answered once, and numbers have no gaps."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from mockserver import Pace, Workspace, function_call
from tests.support.websocket import FINAL, PING, PONG, TEXT, WebSocket

SENT = 60
ACCEPTED, PENDING, FAILED = (f"response.steer.{kind}" for kind in ("accepted", "pending", "failed"))
INJECTED = ("response.inject.created", "response.inject.failed")
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "x"}


def scripted(workspace: Workspace, *, pace: Pace) -> None:
    """Answers of several items, with a tool, with a fault, and to what a user adds."""
    workspace.pace = pace
    workspace.on(operation="response.steer").times(2).fault(
        status=400, code="too_many_pending_steers", message="Not now."
    )
    workspace.on(message="Shorter!").reply("Short.")
    workspace.on(input="tool").reply(function_call("look", {}, call_id="call_1"), "Found it.")
    workspace.on(input="fail").reply("Well, I think").fault(fail_after=4)
    workspace.on(input="refuse").fault(status=429)
    workspace.on().reply("One two three.", "Four five six.")


class Talk:
    """A client that says one thing after the other, drawn from a seed, and reads what is there meanwhile."""

    def __init__(self, socket: WebSocket, seed: int) -> None:
        self.socket = socket
        self.draw = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
        self.events: list[Any] = []
        self.sent: dict[str, int] = {"create": 0, "steer": 0, "inject": 0}

    @property
    def ids(self) -> list[str]:
        return [event["response"]["id"] for event in self.events if event["type"] == "response.created"]

    def say(self) -> None:
        """Send something, and read until the server has come to it."""
        kind = self.draw.choice(["create", "create", "steer", "inject"])
        named = self.draw.choice(self.unfinished or self.ids or ["resp_nowhere"])
        lane = self.draw.choice([{}, {"stream_id": "a"}, {"stream_id": "b"}])
        agents = self.draw.choice([{}, {}, {"multi_agent": {"enabled": True}}])
        words = self.draw.choice(["Hello.", "Use the tool.", "Now fail.", "Now refuse."])
        events: dict[str, dict[str, Any]] = {
            "create": {"type": "response.create", "model": "gpt-6-astra", "input": words, **lane, **agents},
            "steer": {"type": "response.steer", "previous_response_id": named, "input": "Shorter!"},
            "inject": {"type": "response.inject", "response_id": named, "input": [OUTPUT]},
        }
        self.sent[kind] += 1
        self.socket.send(events[kind])
        self.read()

    def read(self) -> None:
        """Read what has been sent up to now."""
        self.socket.send_frame(b"", opcode=PING)
        while (frame := self.socket.frame()).opcode != PONG:
            assert frame.opcode == TEXT
            self.events.append(json.loads(frame.payload))

    def count(self, *kinds: str) -> int:
        return sum(event["type"] in kinds for event in self.events)

    def finish(self) -> None:
        """Read until every response has ended; agents that wait get their outputs."""
        while (waiting := self.unfinished) or not self.is_answered():
            for response_id in waiting:
                self.socket.send({"type": "response.inject", "response_id": response_id, "input": [OUTPUT]})
                self.sent["inject"] += 1
            self.read()

    @property
    def unfinished(self) -> list[str]:
        """The responses that have not ended."""
        ended = {event["response"]["id"] for event in self.events if event["type"] in FINAL - {"error"}}
        return [response_id for response_id in self.ids if response_id not in ended]

    @property
    def errors(self) -> list[str]:
        """The messages of error frames."""
        return [event["error"]["message"] for event in self.events if event["type"] == "error"]

    @property
    def steered(self) -> int:
        """How many responses the server has created by itself."""
        return sum(bool(event["response"]["previous_response_id"]) for event in self.events if is_created(event))

    def is_answered(self) -> bool:
        """Whether each request has a response, or an error."""
        refused = sum(message.startswith("Rate limit") for message in self.errors)
        return self.count("response.created") - self.steered + refused == self.sent["create"]


def is_created(event: Any) -> bool:
    return bool(event["type"] == "response.created")


def numbers(events: list[Any]) -> dict[str, list[int]]:
    """The numbers of each response's events, with those of what was said about it, as they came."""
    found: dict[str, list[int]] = {}
    on_lane: dict[str | None, str] = {}
    for event in events:
        lane = event.get("stream_id")
        if is_created(event):
            on_lane[lane] = event["response"]["id"]
        owner = event.get("steer", {}).get("previous_response_id") or event.get("response_id") or on_lane.get(lane)
        if owner is not None and "sequence_number" in event:
            found.setdefault(owner, []).append(event["sequence_number"])
    return found


@pytest.mark.parametrize("pace", [Pace(), Pace(rate=500)], ids=["at once", "paced"])
@pytest.mark.parametrize("seed", range(6))
def test_everything_is_answered_once(workspace: Workspace, connect: Callable[..., WebSocket], seed: int, pace: Pace):
    scripted(workspace, pace=pace)
    talk = Talk(connect(headers={"openai-beta": "responses_multi_agent=v1"}), seed)
    for _ in range(SENT):
        talk.say()
    talk.finish()
    steers = [event for event in talk.events if event["type"] in {PENDING, FAILED} and "id" in event["steer"]]
    successors = [one for one in workspace.requests if one.creates and one.body.get("previous_response_id")]
    taken_up = sum(len(one.input_items("message")) for one in successors)

    assert talk.count(*FINAL - {"error"}) == talk.count("response.created")
    assert (
        talk.count(ACCEPTED) + talk.count(FAILED) - sum(one["type"] == FAILED for one in steers) == talk.sent["steer"]
    )
    assert taken_up + len(steers) == talk.count(ACCEPTED)
    refused = sum(message.startswith("No tool call found") for message in talk.errors)
    assert talk.count(*INJECTED) + refused == talk.sent["inject"]
    known = {response_id: numbers(talk.events)[response_id] for response_id in talk.ids}
    assert known == {response_id: list(range(len(found))) for response_id, found in known.items()}
