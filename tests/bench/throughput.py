"""Replies a second, and the time of one request, in the scenes that the rows name."""

import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from figures import Effort, Figures, Sample, quotient
from load import Requests, ask, drive, post
from servers import Server, bare_server, mock_server

from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange

Scene: TypeAlias = Callable[[], AbstractContextManager[tuple[Server, Requests]]]
"""Starts this server, and gives what is to be asked of it."""

QUESTION: dict[str, Any] = {"model": "gpt-4o", "input": "say hello please"}
STREAMED = {**QUESTION, "stream": True}
TEXT = " ".join(["word"] * 105)
RULE = {"when": {"input": "hello"}, "reply": TEXT}
OTHERS = [{"when": {"input": f"something else {number}"}, "reply": "No."} for number in range(499)]
OPENAI = "openai"
"""The profile without sections."""
COPIES = 50
"""Recordings in a cassette: each of them answers once for every API key."""


def always(request: bytes) -> Requests:
    """The same request again and again."""
    return lambda: itertools.repeat(request)


def numbered(template: bytes, mark: bytes) -> Requests:
    """Requests that differ in a number, which stands where `mark` stands in the template."""
    numbers = itertools.count()
    return lambda: (template.replace(mark, b"%0*d" % (len(mark), number)) for number in numbers)


@contextmanager
def asked(
    body: dict[str, Any], *rules: dict[str, Any], profile: str = OPENAI, logs: bool = False
) -> Iterator[tuple[Server, Requests]]:
    """One body, to a server with these rules."""
    with mock_server("--profile", profile, logs=logs) as server:
        if rules:
            server.tell(list(rules))
        yield server, always(post(body))


@contextmanager
def asked_anew(
    body: dict[str, Any], *rules: dict[str, Any], profile: str = OPENAI
) -> Iterator[tuple[Server, Requests]]:
    """The same, with another input each time."""
    with mock_server("--profile", profile) as server:
        server.tell(list(rules))
        yield server, numbered(post({**body, "input": "say hello please ########"}), b"########")


@contextmanager
def asked_of_files(body: dict[str, Any], *rules: dict[str, Any]) -> Iterator[tuple[Server, Requests]]:
    """One body, to a server with a folder of fixture files, each with one of these rules."""
    with tempfile.TemporaryDirectory() as folder:
        for number, rule in enumerate(rules):
            Path(folder, f"{number:03}.json").write_text(json.dumps([rule]))
        with mock_server("--fixtures", folder) as server:
            yield server, always(post(body))


@contextmanager
def replayed() -> Iterator[tuple[Server, Requests]]:
    """A recorded stream; another API key starts the recorded session again when it has been used up."""
    keys = numbered(post(STREAMED, key="sk-replay-########"), b"########")
    with tempfile.TemporaryDirectory() as folder:
        write_cassette(cassette := Path(folder) / "bench.yaml", copies=COPIES)
        with mock_server("--speed", "0", str(cassette), command="replay") as server:
            yield server, lambda: (request for key in keys() for request in itertools.repeat(key, COPIES))


def write_cassette(path: Path, *, copies: int) -> None:
    """A cassette of what the rule answers to the question, streamed."""
    with asked(STREAMED, RULE) as (server, requests):
        lines = ask(server.port, next(requests())).splitlines()
    events = [json.loads(line.removeprefix(b"data: ")) for line in lines if line.startswith(b"data: ")]
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    with CassetteWriter(path, header=Header(upstream="https://api.openai.com")) as writer:
        for _ in range(copies):
            writer.add(RecordedExchange(request_body=STREAMED, headers=headers, events=events))


@contextmanager
def history_sent() -> Iterator[tuple[Server, Requests]]:
    """200 items of input, the last of which is another one each time."""
    with mock_server() as server:
        yield server, numbered(post({**QUESTION, "input": _turns(199) + _turns(1, "########")}), b"########")


@contextmanager
def history_stored() -> Iterator[tuple[Server, Requests]]:
    """The same 200 items, of which the server has 199: 198 of the input that it continues, and its reply."""
    with mock_server() as server:
        first = json.loads(ask(server.port, post({**QUESTION, "input": _turns(198)})))
        more = {**QUESTION, "input": _turns(1, "########"), "previous_response_id": first["id"]}
        yield server, numbered(post(more), b"########")


def _turns(count: int, text: str = "What is the weather in Paris today, and what will it be tomorrow?") -> list[Any]:
    roles = itertools.cycle(["user", "assistant"])
    return [{"role": role, "content": text} for role in itertools.islice(roles, count)]


def replies(effort: Effort, *, scene: Scene, connections: int) -> Figures:
    """Replies a second."""
    with scene() as (server, requests), bare_server(ask(server.port, next(requests()))) as bare:
        return _in_turn(effort, (server, requests), (bare, requests), connections=connections)


def replies_beside(effort: Effort, *, scene: Scene, other: Scene, connections: int) -> Figures:
    """Replies a second in one scene, and in another one instead of bare aiohttp's."""
    with scene() as ours, other() as theirs:
        return _in_turn(effort, ours, theirs, connections=connections)


def _in_turn(
    effort: Effort, ours: tuple[Server, Requests], theirs: tuple[Server, Requests], *, connections: int
) -> Figures:
    def sample(server: Server, requests: Requests) -> Sample:
        load = drive(server.port, requests, connections=connections, seconds=effort.seconds, cpu=server.cpu)
        return Sample(value=load.replies / load.seconds, cpu=quotient(load.replies, load.cpu))

    return Figures.alternating(effort.rounds, ours=lambda: sample(*ours), bare=lambda: sample(*theirs))


def one_request(effort: Effort, *, scene: Scene) -> Figures:
    """Seconds that one request takes, of one client that waits for each reply."""
    rates = replies(effort, scene=scene, connections=1)
    ours, bare = (
        [Sample(value=quotient(1, one.value), cpu=quotient(1, one.cpu)) for one in side]
        for side in (rates.ours, rates.bare)
    )
    return Figures(ours=ours, bare=bare)
