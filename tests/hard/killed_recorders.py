"""Recorders that are killed, whose disk is full, whose cassettes go away: nothing is lost that was not said.

    python -m tests.hard.killed_recorders [ROUNDS]

does so many rounds (200) of each kind, at moments drawn from the number of the round. The exit code is 1 where a client
has got an answer whole that is in no cassette, or a cassette does not load.
"""

import contextlib
import random
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mockserver import MockServer, Pace, Workspace
from mockserver.cassette.load import load
from tests.bench.kill import kept, killed
from tests.support.bodies import ask
from tests.support.http import Connection, send
from tests.support.running import Running

ROUNDS = 200
LONGEST = 0.5
"""Seconds from the first request to the harm, at most."""
AFTER = 0.15
"""Seconds for which the recorder is asked after that."""
SMALL, LARGE = 10_000, 60_000
"""Bytes that fit on a full disk."""


@dataclass
class Report:
    """What became of the answers that clients have got whole."""

    rounds: Counter[str] = field(default_factory=Counter)
    got: int = 0
    lost: int = 0
    harmed: int = 0
    """Exchanges that the health check counts as not recorded."""
    unsaid: int = 0
    """Losses that the health check counts, and that the log does not name."""

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.rounds['killed']} kills, {self.rounds['full']} full disks, {self.rounds['gone']} cassettes deleted "
            "or replaced: "
            f"{self.got:,} answers got whole, {self.lost} of them in no cassette; "
            f"{self.harmed} exchanges not recorded, {self.unsaid} of them not logged"
        )


KINDS = ("killed", "full", "gone")


def run(rounds: int, *, kinds: Sequence[str] = KINDS) -> Report:
    """Do so many rounds of each of these kinds."""
    report = Report()
    with MockServer() as server, tempfile.TemporaryDirectory() as name:
        upstream, folder = server.workspace(pace=Pace(rate=400)), Path(name)
        for number in range(rounds):
            for kind in kinds:
                report.rounds[kind] += 1
                _HARMS[kind](number, upstream, folder / f"{kind}-{number}.yaml", report)
    return report


def _count(report: Report, got: list[str], paths: list[Path]) -> None:
    recorded = {one for path in paths if path.exists() for one in kept(load(path))}
    report.got += len(got)
    report.lost += len(set(got) - recorded)


def _killed(number: int, upstream: Workspace, path: Path, report: Report) -> None:
    """Record until the process is killed."""
    _count(report, killed(number, upstream=upstream, path=path), [path])


def _on_full_disk(number: int, upstream: Workspace, path: Path, report: Report) -> None:
    """Record where no file may get larger than a size."""
    size = random.Random(number).randint(SMALL, LARGE)  # noqa: S311 - no secret

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    _record(number, upstream, path, [path], report, before=fill, harm=_nothing)


def _without_cassette(number: int, upstream: Workspace, path: Path, report: Report) -> None:
    """Record into a cassette that is renamed meanwhile, or that another file takes the place of."""
    old = path.with_suffix(".old")

    def harm() -> None:
        with contextlib.suppress(FileNotFoundError):
            path.rename(old)
            if number % 2:
                path.write_bytes(old.read_bytes())

    _record(number, upstream, path, [path, old], report, harm=harm)


def _record(
    number: int,
    upstream: Workspace,
    path: Path,
    cassettes: list[Path],
    report: Report,
    *,
    harm: Callable[[], None],
    before: Callable[[], None] | None = None,
) -> None:
    """Keep a recorder busy while it comes to harm; what its clients have got has to be in one of the cassettes."""
    got: list[str] = []
    log = path.with_suffix(".log")
    arguments = ("record", "--quiet", "--upstream", upstream.base_url, "--cassette", str(path))
    with Running(*arguments, log=log, before=before) as recorder:
        client = threading.Thread(target=_ask_on, args=(recorder.base_url, upstream.api_key, got, number))
        client.start()
        time.sleep(random.Random(number).uniform(0, LONGEST))  # noqa: S311 - no secret
        harm()
        time.sleep(AFTER)
        client.join()
        counted = send(recorder.base_url, "GET", "/_mock/health").json.get("unrecorded", 0)
    _count(report, got, cassettes)
    report.harmed += counted
    report.unsaid += max(0, counted - log.read_text().count("was not recorded"))


def _ask_on(base_url: str, key: str, got: list[str], number: int) -> None:
    """Ask on, also after an answer that broke off, until the time is over."""
    end = time.monotonic() + LONGEST + AFTER
    while time.monotonic() < end:
        with Connection(base_url) as connection:
            connection.request("POST", "/v1/responses", ask(f"Round {number}.", stream=True), key=key)
            reply = connection.reply()
            if reply.end == "whole" and reply.status == 200:
                got.append(reply.events[-1]["response"]["id"])


def _nothing() -> None:
    """The disk is full by itself."""


_HARMS: Mapping[str, Callable[[int, Workspace, Path, Report], None]] = {
    "killed": _killed,
    "full": _on_full_disk,
    "gone": _without_cassette,
}


def main(rounds: int) -> int:
    """Do them, and print what was lost."""
    report = run(rounds)
    print(report)
    return 1 if report.lost or report.unsaid else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
