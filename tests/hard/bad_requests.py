"""Bad requests over every route of every kind of server: each gets an answer, in the API's shape, and no traceback.

    python -m tests.hard.bad_requests [NUMBER]

sends so many (200,000), and prints what came. The exit code is 1 where anything is not as it should be.
"""

import itertools
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from mockserver import MockServer, Settings
from tests.support.bodies import ask
from tests.support.broken_requests import LOOKED_AT, BrokenRequest, contract_requests, mixed_requests
from tests.support.http import Connection, Reply, send

NUMBER = 200_000
LONGEST_SECONDS = 1.0
SLOW = f"over {LONGEST_SECONDS:g} s"
PATIENCE_SECONDS = 30.0
KEY, CONTROLLED = "bad", "bad-control"
"""What gates and clocks of the second hold is nobody's answer."""
FEW = 5
"""Problems of one kind that are printed."""
PROFILES = ("azure-openai", "groq", "ollama", "open-responses", "openrouter", "vllm", "xai")


@dataclass
class Report:
    """What came of the requests."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def note(self, kind: str, example: str) -> None:
        """Count a problem; the first few of a kind are kept."""
        self.problems[kind] += 1
        if self.problems[kind] <= FEW:
            self.examples.append(f"{kind}: {example}")

    def __str__(self) -> str:
        """All of it, for people."""
        kinds = ("5xx", SLOW, "no answer", "other shape", "tracebacks")
        problems = ", ".join(f"{self.problems[kind]} {kind}" for kind in kinds)
        return (
            f"{self.sent:,} bad requests: {problems}\n"
            f"statuses: {dict(sorted(self.statuses.items()))}; slowest {self.slowest[0]:.3f} s: {self.slowest[1]}"
        )


class _Tracebacks(logging.Handler):
    """Counts what is logged with a traceback."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or "Traceback" in record.getMessage():
            self._report.note("tracebacks", f"{record.getMessage()} {record.exc_info and record.exc_info[1]!r}")


def servers(folder: Path) -> Mapping[str, Settings]:
    """The kinds of servers, by name; the one that is recorded from, and replayed, answers by itself."""
    cassette = folder / "recorded.yaml"
    with (
        MockServer() as upstream,
        MockServer(Settings(upstream=upstream.base_url, cassette=str(cassette))) as recorder,
    ):
        send(recorder.base_url, "POST", "/v1/responses", ask("recorded"), key="k")
    rules = folder / "rules.json"
    about = [{"when": {"path": "/v1/*", key: wanted}, "reply": {"json": {}}} for key, wanted in LOOKED_AT.items()]
    rules.write_text(
        json.dumps([*about, *({"when": {key: wanted}, "reply": "x"} for key, wanted in LOOKED_AT.items())])
    )
    return {
        "serve": Settings(),
        "rules": Settings(fixtures=(str(rules),)),
        "invent": Settings(unknown_ids="synthesize"),
        "accept": Settings(unknown_parameters="accept", unmatched="answer"),
        "replay": Settings(replay=(str(cassette),)),
        "record": Settings(upstream="UPSTREAM", cassette=str(folder / "record.yaml")),
        **{name: Settings(profile=name) for name in PROFILES},
    }


def requests(seed: int, ids: Mapping[str, str], *, share: int) -> Iterator[BrokenRequest]:
    """Every `share`-th request with one fault, then mixed ones without an end."""
    yield from contract_requests(ids, start=seed % share, step=share)
    yield from mixed_requests(seed, ids)


def run(number: int) -> Report:
    """Send so many bad requests to all kinds of servers, evenly."""
    report = Report()
    handler = _Tracebacks(report)
    logging.getLogger().addHandler(handler)
    try:
        with tempfile.TemporaryDirectory() as folder, MockServer() as upstream:
            kinds = servers(Path(folder))
            each = -(-number // len(kinds))
            for seed, (name, settings) in enumerate(kinds.items()):
                asks = replace(settings, upstream=upstream.base_url) if settings.upstream else settings
                with MockServer(asks) as server:
                    _send_all(server, name, seed, each, report)
    finally:
        logging.getLogger().removeHandler(handler)
    return report


def _send_all(server: MockServer, name: str, seed: int, number: int, report: Report) -> None:
    made = send(server.base_url, "POST", "/v1/responses", ask("stored"), key=KEY).json
    about = send(server.base_url, "POST", "/v1/conversations", {}, key=KEY).json
    ids = {"id": made.get("id") or about.get("id") or "resp_1", "item": "msg_1", "model": "gpt-4o", "gate": "gate_1"}
    share = max(2, 70_000 // number * 2)
    with ExitStack() as stack:
        connection = stack.enter_context(Connection(server.base_url, timeout=PATIENCE_SECONDS))
        for request in itertools.islice(requests(seed, ids, share=share), number):
            began = time.perf_counter()
            reply = _answer(connection, request)
            took = time.perf_counter() - began
            if reply is None or (reply.header("connection") or "") == "close":
                connection.close()
                connection = stack.enter_context(Connection(server.base_url, timeout=PATIENCE_SECONDS))
            _judge(reply, request, took, name, report)


def _answer(connection: Connection, request: BrokenRequest) -> Reply | None:
    """The reply; None where there is none."""
    try:
        connection.request(
            request.method,
            request.path,
            request.body,
            key=CONTROLLED if request.path.startswith("/_mock") else KEY,
            headers={"content-type": request.content_type},
        )
        reply = connection.reply()
    except OSError:
        return None
    return reply if reply.end == "whole" and reply.head else None


def _judge(reply: Reply | None, request: BrokenRequest, took: float, server: str, report: Report) -> None:
    example = f"{server}: {request.method} {request.path[:80]} {request.what[:120]} {(request.body or b'')[:300]!r}"
    report.sent += 1
    if took > report.slowest[0]:
        report.slowest = took, example[:200]
    if took > LONGEST_SECONDS:
        report.note(SLOW, f"{took:.2f} s {example}")
    if reply is None:
        report.note("no answer", example)
        return
    report.statuses[reply.status] += 1
    if reply.status >= 500:
        report.note("5xx", f"{example} -> {reply.body[:300]!r}")
    if reply.status >= 400 and request.method != "HEAD" and not _is_error(reply):
        report.note("other shape", f"{example} -> {reply.head!r} {reply.body[:200]!r}")


def _is_error(reply: Reply) -> bool:
    """Whether a refusal says in JSON what is wrong, under the name that its provider has for that."""
    if not (reply.header("content-type") or "").startswith("application/json"):
        return False
    body = reply.json
    inner = body.get("error", body) if isinstance(body, dict) else None
    return isinstance(inner, str) or (isinstance(inner, dict) and bool(inner.get("message") or inner.get("detail")))


def main(number: int) -> int:
    """Send them, and print what came."""
    report = run(number)
    print(*report.examples, report, sep="\n")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER))
