"""Sixty inputs that are made to be slow: nobody else waits for them.

    python -m tests.hard.slow_inputs

sends each, while another client asks on and on, and prints for how long that one waited at most. The exit code is 1
where that was more than 100 ms. How long it waits while nothing slow is asked is printed as well.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from mockserver import MockServer, Settings
from tests.support.bodies import ask
from tests.support.http import Connection, Reply, send
from tests.support.running import Running
from tests.support.slow_inputs import MATCHED, PATTERNS, SCHEMAS, TEXTS

LONGEST_MS = 100
QUIET_SECONDS = 2.0
PATIENCE_SECONDS = 30.0


class Slow(NamedTuple):
    """A request that is made to be slow, and what has to be said to the server before."""

    name: str
    body: Any
    rule: Any = None
    server: str = "serve"


@dataclass
class Report:
    """For how long another client waited at most, in milliseconds, by input."""

    quiet: float
    waits: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """For people; the worst ones first."""
        worst = sorted(self.waits.items(), key=lambda pair: -pair[1])[:5]
        late = sum(wait > LONGEST_MS for wait in self.waits.values())
        return (
            f"{len(self.waits)} slow inputs: {late} kept another client waiting for more than {LONGEST_MS} ms; worst "
            + ", ".join(f"{name} {wait:.0f} ms" for name, wait in worst)
            + f"; without any {self.quiet:.0f} ms"
        )


def inputs() -> Iterator[Slow]:
    """All of them."""
    for name, schema in SCHEMAS.items():
        yield Slow(f"schema: {name}", ask(text={"format": {"type": "json_schema", "name": "n", "schema": schema}}))
    for name, (pattern, text) in PATTERNS.items():
        yield Slow(f"expression: {name}", ask(text), [{"when": {"input": {"regex": pattern}}, "reply": "x"}])
    for name, (schema, value) in MATCHED.items():
        when = {"input": {"schema": {"type": "object", **schema}}}
        yield Slow(f"matcher: {name}", ask(json.dumps(value)), [{"when": when, "reply": "x"}])
    for name, text in TEXTS.items():
        yield Slow(f"text: {name}", ask(text), server="replay" if len(name) % 2 else "record")


def run(some: Callable[[Slow], bool] = lambda _: True, *, quiet: float = QUIET_SECONDS) -> Report:
    """Send those that are chosen, each to a server that knows nothing of the others."""
    with tempfile.TemporaryDirectory() as folder, MockServer() as upstream:
        cassette = Path(folder) / "c.yaml"
        with MockServer(Settings(upstream=upstream.base_url, cassette=str(cassette))) as recorder:
            send(recorder.base_url, "POST", "/v1/responses", ask("recorded"), key="k")
        kinds = {
            "serve": ("serve",),
            "replay": ("replay", str(cassette)),
            "record": ("record", "--upstream", upstream.base_url, "--cassette", str(Path(folder) / "new.yaml")),
        }
        chosen = [slow for slow in inputs() if some(slow)]
        report = Report(quiet=0.0)
        for kind in dict.fromkeys(slow.server for slow in chosen):
            with Running(*kinds[kind], "--quiet", log=Path(folder) / kind) as server:
                _warm_up(server.base_url)
                report.quiet = max(report.quiet, _waited(server.base_url, lambda: time.sleep(quiet)))
                for number, slow in enumerate(one for one in chosen if one.server == kind):
                    _send(server.base_url, slow, f"sk-slow-{number}", report)
    return report


def _warm_up(base_url: str) -> None:
    """What is imported when it is first needed, and the process that searches, is there afterwards."""
    wanted = {"type": "json_schema", "name": "n", "schema": {"type": "string", "pattern": "^a+$"}}
    rules = [{"when": {"input": {"schema": {"pattern": "(a+)+$"}}}, "reply": "x"}]
    send(base_url, "POST", "/v1/responses", ask(text={"format": wanted}), key="sk-warm")
    send(base_url, "POST", "/_mock/rules", rules, key="sk-warm")
    send(base_url, "POST", "/v1/responses", ask("aa"), key="sk-warm")


def _send(base_url: str, slow: Slow, key: str, report: Report) -> None:
    if slow.rule is not None:
        assert send(base_url, "POST", "/_mock/rules", slow.rule, key=key).status == 200
    replies: list[Reply] = []
    report.waits[slow.name] = _waited(base_url, lambda: replies.append(_reply(base_url, slow, key)))
    report.statuses[slow.name] = replies[0].status


def _reply(base_url: str, slow: Slow, key: str) -> Reply:
    with Connection(base_url, timeout=PATIENCE_SECONDS) as connection:
        connection.request("POST", "/v1/responses", slow.body, key=key)
        return connection.reply()


def _waited(base_url: str, work: Callable[[], object]) -> float:
    """For how many milliseconds a client waited for its health check at most, while this is done."""
    longest = 0.0
    worker = threading.Thread(target=work)
    with Connection(base_url, timeout=PATIENCE_SECONDS) as connection:
        worker.start()
        while worker.is_alive():
            began = time.perf_counter()
            connection.request("GET", "/_mock/health")
            connection.reply()
            longest = max(longest, time.perf_counter() - began)
            time.sleep(0.002)
        worker.join()
    return longest * 1000


def main() -> int:
    """Send all, and print."""
    report = run()
    print(report)
    return 1 if max(report.waits.values()) > LONGEST_MS else 0


if __name__ == "__main__":
    sys.exit(main())
