"""How long the loop keeps its clients waiting, as the health answer tells it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.loop_lag import PERIOD_SECONDS, WINDOW_SECONDS, LoopLag
from tests.support.http import send


class HandLoop:
    """A loop whose time is set by hand; it has one timer."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: float | None = None
        self._ring: Callable[[], object] = int

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, ring: Callable[[], object]) -> "HandLoop":
        self.due, self._ring = when, ring
        return self

    def cancel(self) -> None:
        self.due = None

    def go_on(self, *, late: float = 0.0) -> None:
        """Let the timer ring, so much too late."""
        assert self.due is not None
        self.now = self.due + late
        self._ring()


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> HandLoop:
    by_hand = HandLoop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: by_hand)
    return by_hand


@pytest.fixture
def lag(loop: HandLoop) -> LoopLag:  # noqa: ARG001 - the loop that it looks at
    looking = LoopLag()
    looking.start()
    return looking


def test_largest_delay_of_the_last_seconds_counts(loop: HandLoop, lag: LoopLag):
    seen = []
    for late in (0.0, 0.12, 0.03, 0.2, 0.05):
        loop.go_on(late=late)
        seen.append(lag.milliseconds)

    assert seen == [0, 120, 120, 200, 200]


def test_delay_is_forgotten_after_the_window(loop: HandLoop, lag: LoopLag):
    half = round(WINDOW_SECONDS / 2 / PERIOD_SECONDS) + 1
    seen = []
    for late in (0.3, 0.1, 0.0):
        loop.go_on(late=late)
        for _ in range(half):
            loop.go_on()
        seen.append(lag.milliseconds)

    assert seen == [300, 100, 0]


def test_timer_that_is_late_right_now_counts(loop: HandLoop, lag: LoopLag):
    loop.now = PERIOD_SECONDS + 0.4

    assert lag.milliseconds == 400


def test_delays_kept_do_not_grow_without_end(loop: HandLoop, lag: LoopLag):
    for number in range(10_000):
        loop.go_on(late=0.01 + (number % 7) / 1000)

    assert len(lag._delays) < 20


def test_nothing_is_looked_at_after_the_end(loop: HandLoop, lag: LoopLag):
    loop.go_on(late=0.3)
    lag.stop()
    lag.stop()

    assert (lag.milliseconds, loop.due) == (0, None)


def test_health_tells_the_lag_of_this_server(server: MockServer):
    workspace = server.workspace()
    blocked: list[Any] = []

    def block(_request: object) -> str:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while loop.time() - begun < 0.15:
            blocked.append(None)
        return "Done."

    workspace.on().reply(block)
    assert (
        send(workspace.base_url, "POST", "/v1/responses", {"model": "m", "input": "x"}, key=workspace.api_key).status
        == 200
    )

    assert send(server.base_url, "GET", "/_mock/health").json["loop_lag"] >= 100 - PERIOD_SECONDS * 1000
