"""What the server keeps of the requests that it has answered."""

import itertools
from collections.abc import Iterator
from functools import cache

from figures import Effort, Figures, Sample
from load import exhaust, post
from servers import Server, mock_server
from throughput import QUESTION, numbered

SHORT = {"reply": "Yes."}
CONNECTIONS = 16
WARM_UP = 200
STORED = 8_000
"""Fewer than are kept by default."""
MANY = 100_000


def stored_exchange(effort: Effort) -> Figures:
    """Bytes for each exchange that is kept: a request of 0.4 kB, and the shortest reply that there is, 2.0 kB."""
    count = STORED * effort.requests // 100
    with mock_server() as server:
        server.tell([SHORT])
        requests = _requests()
        _send(server, requests, WARM_UP)
        before = server.memory()
        _send(server, requests, count)
        return Figures(ours=[Sample(value=(server.memory() - before) / count)])


def many_requests(effort: Effort, *, grown: bool) -> Figures:
    """Resident bytes after 100,000 requests with one key, or how much the second half of them added."""
    half, whole = _after_halves(effort)
    return Figures(ours=[Sample(value=whole - half if grown else whole)])


@cache
def _after_halves(effort: Effort) -> tuple[float, float]:
    count = MANY * effort.requests // 100 // 2
    with mock_server() as server:
        server.tell([SHORT])
        requests = _requests()
        _send(server, requests, count)
        half = server.memory()
        _send(server, requests, count)
        return half, server.memory()


def _requests() -> Iterator[bytes]:
    """Requests of 0.4 kB, no two of them equal."""
    return numbered(post({**QUESTION, "input": "say hello please ######## " + "and tell me more " * 20}), b"########")()


def _send(server: Server, requests: Iterator[bytes], count: int) -> None:
    some = itertools.islice(requests, count)
    exhaust(server.port, lambda: some, connections=CONNECTIONS, cpu=server.cpu)
