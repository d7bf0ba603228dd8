"""The sessions in `cassettes/`: what the upstream is told to say, and what a client does.

    python -m tests.support.recorded_sessions

records them anew, each through the recorder from a second server with a script and a pace.
"""

import json
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai
from openai.types.responses import ResponseCompletedEvent

from mockserver import MockServer, Pace, Workspace, contains, function_call, message, reasoning, url_citation

ROOT = Path(__file__).resolve().parents[2]
PACE = Pace(first=0.05, rate=100)
Told = list[Any]

WEATHER: Any = {  # the SDK's type asks for `strict`, the API does not
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def weather_upstream(upstream: Workspace) -> None:
    upstream.on(input=contains("weather")).times(1).reply(function_call("get_weather", city="Paris"))
    upstream.on(tool_output="get_weather").reply("It is 18 °C and sunny in Paris. Leave your umbrella at home!")


def weather(client: openai.OpenAI) -> Told:
    """An agent that streams: a call, its output with the time and a UUID, an answer."""
    told: Told = []
    given: Any = "What is the weather in Paris?"
    previous: str | None = None
    while given:
        events = list(
            client.responses.create(
                model="gpt-4.1",
                input=given,
                tools=[WEATHER],
                previous_response_id=previous or openai.omit,
                stream=True,
            )
        )
        told.append([{**event.to_dict(), "obfuscation": "…"} for event in events])  # padding is not recorded
        assert isinstance(events[-1], ResponseCompletedEvent)
        response = events[-1].response
        previous = response.id
        output = {"celsius": 18, "at": datetime.now(UTC).isoformat(), "station": str(uuid.uuid4())}
        given = [
            {"type": "function_call_output", "call_id": item.call_id, "output": json.dumps(output)}
            for item in response.output
            if item.type == "function_call"
        ]
    return [*told, response.output_text]


def background_upstream(upstream: Workspace) -> None:
    upstream.pace = Pace()
    upstream.on(input=contains("report")).reply(reasoning("Weighing the figures."), "Sales went up by 4 %.")


def background(client: openai.OpenAI) -> Told:
    """Work in the background: polled to its end, streamed and taken up again, cancelled, deleted."""
    told: Told = []
    polled = client.responses.create(model="o4-mini", input="Write the report.", background=True)
    while polled.status in {"queued", "in_progress"}:
        told.append(polled.status)
        polled = client.responses.retrieve(polled.id)
    told.append(polled.to_dict())
    asked: dict[str, Any] = {"model": "o4-mini", "input": "Write the report again.", "background": True}
    first = [event.to_dict() for event in client.responses.create(**asked, stream=True)]
    rest = client.responses.retrieve(first[0]["response"]["id"], stream=True, starting_after=3)
    told += [first, [event.to_dict() for event in rest]]
    dropped = client.responses.create(model="o4-mini", input="Write a report for nobody.", background=True)
    told.append(client.responses.cancel(dropped.id).status)
    client.responses.delete(dropped.id)
    try:
        client.responses.retrieve(dropped.id)
    except openai.NotFoundError as error:
        told.append(error.body)
    return told


def conversation_upstream(upstream: Workspace) -> None:
    cited = url_citation("https://example.org/otters", title="Otters", start_index=0, end_index=16)
    upstream.on(input=contains("otter")).reply(message("Otters hold hands while they sleep.", annotations=[cited]))
    upstream.on(input=contains("Why")).reply("So that they do not drift apart.")


def conversation(client: openai.OpenAI) -> Told:
    """A conversation with metadata of the client's own: two turns, its items, its end."""
    made = client.conversations.create(metadata={"session": str(uuid.uuid4())})
    told: Told = []
    for words in ("Tell me about otters.", "Why?"):
        response = client.responses.create(model="gpt-4o", input=words, conversation=made.id)
        told.append(response.output_text)
    told.append([item.to_dict() for item in client.conversations.items.list(made.id, order="asc")])
    told.append(client.conversations.delete(made.id).to_dict())
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A row: what the upstream says, what the client does."""

    upstream: Callable[[Workspace], None]
    client: Callable[[openai.OpenAI], Told]


SESSIONS = {
    "weather": Session(upstream=weather_upstream, client=weather),
    "background": Session(upstream=background_upstream, client=background),
    "conversation": Session(upstream=conversation_upstream, client=conversation),
}


def run(session: Session, workspace: Workspace) -> Told:
    """What the client gets in a workspace."""
    with openai.OpenAI(base_url=workspace.base_url, api_key=workspace.api_key, max_retries=0) as client:
        return session.client(client)


def record(session: Session, server: MockServer, path: Path) -> Told:
    """Record a session; what the client got."""
    upstream, recorder = server.workspace(pace=PACE), server.workspace()
    session.upstream(upstream)
    recorder.record(upstream=upstream.base_url, path=path, key=upstream.api_key)
    told = run(session, recorder)
    server.discard(recorder)
    return told


if __name__ == "__main__":
    with MockServer() as running:
        for name, row in SESSIONS.items():
            target = ROOT / "cassettes" / f"{name}.yaml"
            target.unlink(missing_ok=True)
            record(row, running, target)
            sys.stdout.write(f"{target}\n")
