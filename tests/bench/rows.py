"""What is measured, and what it should come to: a row each."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from figures import Measure
from frames import events
from load import Requests
from memory import many_requests, stored_exchange
from sdk import create, stream
from servers import Server
from starting import idle_suite, one_test, process_start, session_start, start_with_cassettes
from throughput import (
    OTHERS,
    QUESTION,
    RULE,
    STREAMED,
    Scene,
    asked,
    asked_anew,
    asked_of_files,
    history_sent,
    history_stored,
    one_request,
    replayed,
    replies,
    replies_beside,
)
from waiting import Part, slow_streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """How values are told."""

    symbol: str
    scale: float = 1.0
    digits: int = 0
    more_is_better: bool = False


RATE = Unit(symbol="/s", more_is_better=True)
MS = Unit(symbol="ms", scale=1e3, digits=2)
SECONDS = Unit(symbol="s", digits=2)
KB = Unit(symbol="kB", scale=1e-3, digits=2)
MB = Unit(symbol="MB", scale=1e-6, digits=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. What is judged is the ratio to bare aiohttp, or the value in its unit."""

    name: str
    title: str
    measure: Measure
    unit: Unit
    judged: Literal["ratio", "value"] = "ratio"
    must: float | None = None
    stretch: float | None = None


def _rate(
    name: str, title: str, scene: Scene, *, connections: int = 64, must: float | None = None, more: float | None = None
) -> Row:
    measure = partial(replies, scene=scene, connections=connections)
    return Row(name=name, title=title, measure=measure, unit=RATE, must=must, stretch=more)


STREAM_RULE = partial(asked, STREAMED, RULE)
STREAM_DEFAULT = partial(asked, STREAMED)
STREAM_NEW = partial(asked_anew, STREAMED, RULE)
JSON_RULE = partial(asked, QUESTION, RULE)
JSON_DEFAULT = partial(asked, QUESTION)
JSON_NEW = partial(asked_anew, QUESTION, RULE)
LAST_OF_500 = partial(asked, QUESTION, *OTHERS, RULE)
FILES = partial(asked_of_files, QUESTION, *OTHERS[:49], RULE)

THROUGHPUT = (
    _rate("stream-64-rule", "streams, 64 connections, rule", STREAM_RULE, must=0.40, more=0.70),
    _rate("stream-64-default", "streams, 64 connections, default", STREAM_DEFAULT, must=0.40, more=0.70),
    _rate("stream-1-rule", "streams, 1 connection, rule", STREAM_RULE, connections=1, must=0.55, more=0.85),
    _rate("stream-1-default", "streams, 1 connection, default", STREAM_DEFAULT, connections=1, must=0.55, more=0.85),
    _rate("json-64-rule", "JSON, 64 connections, rule", JSON_RULE, must=0.65, more=0.80),
    _rate("json-64-default", "JSON, 64 connections, default", JSON_DEFAULT, must=0.65, more=0.80),
    _rate("json-1-rule", "JSON, 1 connection, rule", JSON_RULE, connections=1, must=0.80, more=0.90),
    _rate("json-1-default", "JSON, 1 connection, default", JSON_DEFAULT, connections=1, must=0.80, more=0.90),
    _rate("replay-64", "replayed streams, 64 connections", replayed, must=0.50, more=0.70),
    _rate("stream-64-new", "streams, 64 connections, each request new", STREAM_NEW),
    _rate("json-64-new", "JSON, 64 connections, each request new", JSON_NEW),
    _rate("json-64-rules", "JSON, 64 connections, the last of 500 rules", LAST_OF_500),
    _rate("json-64-files", "JSON, 64 connections, rules of 50 fixture files", FILES),
)


PROFILE = "skyengine"
"""The built-in profile that says most of requests."""


def _profiled(name: str, title: str, scene: Callable[..., AbstractContextManager[tuple[Server, Requests]]]) -> Row:
    measure = partial(replies_beside, scene=partial(scene, profile=PROFILE), other=scene, connections=64)
    return Row(name=name, title=f"{title}, against no profile", measure=measure, unit=RATE, must=1 / 1.3, stretch=0.9)


PROFILES = (
    _profiled("profile-stream", "streams under a profile", STREAM_RULE),
    _profiled("profile-json", "JSON under a profile", JSON_RULE),
    _profiled("profile-stream-new", "streams under a profile, each request new", STREAM_NEW),
    _profiled("profile-json-new", "JSON under a profile, each request new", JSON_NEW),
)


def _logged(name: str, title: str, scene: Callable[..., AbstractContextManager[tuple[Server, Requests]]]) -> Row:
    measure = partial(replies_beside, scene=partial(scene, logs=True), other=scene, connections=64)
    return Row(name=name, title=f"{title}, against `--quiet`", measure=measure, unit=RATE, must=1 / 1.05)


LOGS = (
    _logged("log-stream", "streams, with the log of requests", STREAM_RULE),
    _logged("log-json", "JSON, with the log of requests", JSON_RULE),
)

FRAMES = tuple(
    Row(
        name=f"websocket-{count}",
        title=f"events, {count} WebSocket{'s' * (count > 1)}, against an echo",
        measure=partial(events, connections=count),
        unit=RATE,
        must=0.50,
        stretch=1.0,
    )
    for count in (1, 64)
)


def _request(name: str, title: str, scene: Scene) -> Row:
    measure = partial(one_request, scene=scene)
    return Row(name=name, title=title, measure=measure, unit=MS, judged="value", must=3.0, stretch=1.0)


HISTORY = (
    _request("history-sent", "a request with 200 items of input", history_sent),
    _request("history-stored", "a request that continues 199 stored items", history_stored),
)

STARTS = (
    Row(name="start", title="process start → first answer", measure=process_start, unit=MS, must=1.25, stretch=1.05),
    Row(
        name="start-cassettes",
        title="process start → first answer, 200 cassettes",
        measure=start_with_cassettes,
        unit=MS,
    ),
    Row(
        name="session",
        title="test session: import + start + first call",
        measure=session_start,
        unit=MS,
        must=1.5,
        stretch=1.2,
    ),
    Row(
        name="session-aiohttp",
        title="the same, aiohttp imported before",
        measure=partial(session_start, imported="aiohttp.web"),
        unit=MS,
    ),
    Row(
        name="session-idle",
        title="pytest of one empty test, where the package is installed",
        measure=idle_suite,
        unit=MS,
        must=1.05,
    ),
    Row(name="session-test", title="fixture of one test", measure=one_test, unit=MS, judged="value", must=1.0),
)

SDK = (
    Row(name="sdk-create", title="official SDK: create", measure=create, unit=MS, must=1.10, stretch=1.05),
    Row(name="sdk-stream", title="official SDK: stream fully read", measure=stream, unit=MS, must=1.05, stretch=1.02),
)


def _slow(
    part: Part,
    title: str,
    unit: Unit,
    *,
    judged: Literal["ratio", "value"] = "ratio",
    must: float,
    more: float | None = None,
) -> Row:
    measure = partial(slow_streams, streams=1_000, gap=0.05, part=part)
    return Row(
        name=f"slow-1000-{part}",
        title=f"1,000 slow streams: {title}",
        measure=measure,
        unit=unit,
        judged=judged,
        must=must,
        stretch=more,
    )


def _many_slow(part: Part, title: str, unit: Unit) -> Row:
    measure = partial(slow_streams, streams=5_000, gap=0.25, part=part)
    return Row(name=f"slow-5000-{part}", title=f"5,000 slow streams: {title}", measure=measure, unit=unit)


SLOW = (
    _slow("wall", "last end, ideal 1.00", SECONDS, must=1.10 / 1.07),  # set where bare aiohttp takes 1.07 s, and
    _slow("cpu", "CPU", SECONDS, must=0.45 / 0.39, more=0.28 / 0.39),  # 0.39 s of CPU time
    _slow("memory", "most memory", MB, judged="value", must=60),
    _many_slow("wall", "last end, ideal 5.00", SECONDS),
    _many_slow("cpu", "CPU", SECONDS),
    _many_slow("memory", "most memory", MB),
)

MEMORY = (
    Row(
        name="memory-exchange",
        title="memory for a stored exchange, 0.4 kB in, 2.0 kB out",
        measure=stored_exchange,
        unit=KB,
        judged="value",
        must=4.0,
        stretch=2.5,
    ),
    Row(
        name="memory-100000",
        title="memory after 100,000 requests",
        measure=partial(many_requests, grown=False),
        unit=MB,
    ),
    Row(
        name="memory-growth",
        title="of which the last 50,000 added",
        measure=partial(many_requests, grown=True),
        unit=MB,
    ),
)

ROWS: Sequence[Row] = (*THROUGHPUT, *PROFILES, *LOGS, *FRAMES, *HISTORY, *STARTS, *SDK, *SLOW, *MEMORY)
