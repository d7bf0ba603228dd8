"""The official client, in this process, against both servers."""

import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

from figures import Effort, Figures, Sample
from load import ask, post
from servers import KEY, Server, bare_server
from throughput import QUESTION, RULE, STREAMED, asked

if TYPE_CHECKING:
    import openai

STREAMS = 5
"""A stream takes about as long as this many calls."""


def create(effort: Effort) -> Figures:
    """Seconds for a response, of one client that waits for each."""

    def call(client: "openai.OpenAI") -> None:
        client.responses.create(model=QUESTION["model"], input=QUESTION["input"])

    return _calls(effort, call, request=post(QUESTION), count=effort.calls)


def stream(effort: Effort) -> Figures:
    """Seconds for a stream that is read to its end."""

    def call(client: "openai.OpenAI") -> None:
        for _ in client.responses.create(model=QUESTION["model"], input=QUESTION["input"], stream=True):
            pass

    return _calls(effort, call, request=post(STREAMED), count=max(1, effort.calls // STREAMS))


def _calls(effort: Effort, call: "Callable[[openai.OpenAI], None]", *, request: bytes, count: int) -> Figures:
    with asked(QUESTION, RULE) as (server, _), bare_server(ask(server.port, request)) as bare:
        clients = [_client(one) for one in (server, bare)]

        def sample(client: "openai.OpenAI") -> Sample:
            call(client)
            return Sample(value=median(_seconds(call, client) for _ in range(count)))

        return Figures.alternating(effort.rounds, ours=lambda: sample(clients[0]), bare=lambda: sample(clients[1]))


def _client(server: Server) -> "openai.OpenAI":
    import openai  # noqa: PLC0415 - the other rows need not wait for it

    return openai.OpenAI(base_url=f"http://127.0.0.1:{server.port}/v1", api_key=KEY, max_retries=0)


def _seconds(call: "Callable[[openai.OpenAI], None]", client: "openai.OpenAI") -> float:
    begun = time.perf_counter()
    call(client)
    return time.perf_counter() - begun
