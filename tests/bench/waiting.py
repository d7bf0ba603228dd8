"""Many streams at once that are mostly waiting."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from typing import Literal, TypeAlias

from figures import Effort, Figures, Sample, in_turn
from load import ask, exhaust, post
from servers import Server, bare_server, mock_server
from throughput import STREAMED

Part: TypeAlias = Literal["wall", "cpu", "memory"]

DELTAS = 20
MOST_ROUNDS = 5


def slow_streams(effort: Effort, *, streams: int, gap: float, part: Part) -> Figures:
    """Streams of 20 deltas, `gap` seconds apart: seconds to the last end, CPU seconds, or the most memory."""
    return _slow_streams(effort, streams * effort.streams // 100, gap)[part]


@cache
def _slow_streams(effort: Effort, streams: int, gap: float) -> dict[Part, Figures]:
    request = post(STREAMED)
    with _paced(gap) as server:
        reply = ask(server.port, request)

    def sample(start: Callable[[], AbstractContextManager[Server]]) -> dict[Part, Sample]:
        with start() as server:
            load = exhaust(server.port, lambda: iter([request]), connections=streams, cpu=server.cpu)
            found: dict[Part, float] = {"wall": load.seconds, "cpu": load.cpu, "memory": server.peak_memory()}
            return {part: Sample(value=value) for part, value in found.items()}

    starts = {"ours": partial(_paced, gap), "bare": partial(bare_server, reply, gap=gap)}
    measures = {kind: partial(sample, start) for kind, start in starts.items()}
    told = in_turn(min(effort.rounds, MOST_ROUNDS), **measures)
    parts: tuple[Part, ...] = ("wall", "cpu", "memory")
    return {part: Figures(**{kind: [one[part] for one in found] for kind, found in told.items()}) for part in parts}


@contextmanager
def _paced(gap: float) -> Iterator[Server]:
    """This server with a rule that answers slowly."""
    rule = {"when": {"input": "hello"}, "reply": " ".join(["word"] * DELTAS), "pace": {"rate": 1 / gap}}
    with mock_server() as server:
        server.tell([rule])
        yield server
