"""Streams that are cut, by clients and by faults, on a busy server: nothing of them is left.

    python -m tests.hard.cut_streams [NUMBER]

cuts so many (10,000): before the first byte, in the middle, with and without a reset. The exit code is 1 where a task,
a socket or a run is left, something is stored beyond its bound, or memory has grown by more than 5 %.
"""

import asyncio
import contextlib
import gc
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockserver import MockServer, Pace, Settings, Workspace
from tests.support.bodies import ask
from tests.support.http import Connection, send

NUMBER = 10_000
BOUND = 200
PATIENCE_SECONDS = 30.0
SHORTEST_SECONDS = 0.1
"""What a client waits for a part of a stream, which may have come whole."""
GROWTH = 0.05
WARM = 0.5
"""The part after which memory has its shape; how it goes on is looked at."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is left when all streams have been cut."""

    cut: int
    tasks: int
    sockets: int
    open_runs: int
    stored: int
    growth: float

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left, whatever memory does."""
        return not (self.tasks or self.sockets or self.open_runs) and self.stored <= BOUND

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.cut:,} streams cut: {self.tasks} tasks, {self.sockets} sockets, {self.open_runs} runs not "
            f"ended, {self.stored} of {BOUND} responses stored, memory {self.growth:+.1%} in the second half"
        )


def run(number: int) -> Report:
    """Cut so many streams."""
    with MockServer(Settings(max_responses=BOUND, max_requests=BOUND)) as server:
        workspace = server.workspace(pace=Pace(rate=500))
        workspace.on(input="cut me").reply("w " * 40).fault(cut_after=3)
        workspace.on(input="gone").reply("w " * 40)
        workspace.on(input="later").reply("Yes.").pace(rate=300)
        send(server.base_url, "POST", "/v1/responses", ask(), key="busy")
        before = _tasks(server), _sockets()
        busy = threading.Event()
        others = threading.Thread(target=_keep_busy, args=(server.base_url, busy))
        others.start()
        middle = 0.0
        for turn in range(number):
            _cut(server.base_url, workspace.api_key, random.Random(turn))  # noqa: S311 - no secret
            if turn == int(number * WARM):
                middle = _resident()
        busy.set()
        others.join()
        _wait_until(lambda: (_tasks(server), _sockets()) <= before and not _open_runs(workspace))
        gc.collect()
        return Report(
            cut=number,
            tasks=max(0, _tasks(server) - before[0]),
            sockets=max(0, _sockets() - before[1]),
            open_runs=_open_runs(workspace),
            stored=_stored(workspace),
            growth=_resident() / middle - 1,
        )


def _cut(base_url: str, key: str, dice: random.Random) -> None:
    connection = Connection(base_url, timeout=SHORTEST_SECONDS)
    kind = dice.choice(["cut me", "gone", "gone", "later"])
    more: dict[str, Any] = {"background": True} if kind == "later" and dice.random() < 0.5 else {}
    connection.request("POST", "/v1/responses", ask(kind, stream=True, **more), key=key)
    with contextlib.suppress(ConnectionError, TimeoutError):
        for _ in range(dice.randint(0, 3)):
            connection._read()
    if dice.random() < 0.5:
        connection.reset()
    else:
        connection.close()


def _keep_busy(base_url: str, end: threading.Event) -> None:
    with Connection(base_url) as connection:
        while not end.is_set():
            connection.request("POST", "/v1/responses", ask("busy"), key="busy")
            connection.reply()


def _tasks(server: MockServer) -> int:
    assert server._thread is not None
    return len(asyncio.all_tasks(server._thread._loop))


def _sockets() -> int:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(str(link.readlink()).startswith("socket:") for link in links if link.is_symlink())


def _stored(workspace: Workspace) -> int:
    responses: Any = workspace.space.store.responses
    return len(responses)


def _open_runs(workspace: Workspace) -> int:
    return sum(exchange.run is not None and not exchange.run.done for exchange in workspace.requests)


def _resident() -> float:
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)


def main(number: int) -> int:
    """Cut them, and print what is left."""
    report = run(number)
    print(report)
    return 0 if report.is_clean and report.growth < GROWTH else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER))
