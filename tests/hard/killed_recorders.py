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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mockserver import MockServer, Pace, Workspace
from mockserver.cassette.load import load
from tests.bench.kill import _ask as ask_on
from tests.bench.kill import kept, killed
from tests.support.http import send
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

    kills: int = 0
    full: int = 0
    replaced: int = 0
    got: int = 0
    lost: int = 0
    harmed: int = 0
    """Exchanges that the health check counts as not recorded."""
    unsaid: int = 0
    """Losses that the health check counts, and that the log does not name."""

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.kills} kills, {self.full} full disks, {self.replaced} cassettes deleted or replaced: "
            f"{self.got:,} answers got whole, {self.lost} of them in no cassette; "
            f"{self.harmed} exchanges not recorded, {self.unsaid} of them not logged"
        )


def run(rounds: int) -> Report:
    """Do so many rounds of each kind."""
    report = Report()
    with MockServer() as server, tempfile.TemporaryDirectory() as name:
        upstream, folder = server.workspace(pace=Pace(rate=400)), Path(name)
        for number in range(rounds):
            path = folder / f"killed-{number}.yaml"
            _count(report, killed(number, upstream=upstream, path=path), [path])
            report.kills += 1
            _on_full_disk(number, upstream, folder / f"full-{number}.yaml", report)
            report.full += 1
            _without_cassette(number, upstream, folder / f"gone-{number}.yaml", report)
            report.replaced += 1
    return report


def _count(report: Report, got: list[str], paths: list[Path]) -> None:
    recorded = {one for path in paths if path.exists() for one in kept(load(path))}
    report.got += len(got)
    report.lost += len(set(got) - recorded)


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
        client = threading.Thread(target=_ask_until_it_breaks, args=(recorder.base_url, upstream.api_key, got, number))
        client.start()
        time.sleep(random.Random(number).uniform(0, LONGEST))  # noqa: S311 - no secret
        harm()
        time.sleep(AFTER)
        client.join()
        counted = send(recorder.base_url, "GET", "/_mock/health").json.get("unrecorded", 0)
    _count(report, got, cassettes)
    report.harmed += counted
    report.unsaid += max(0, counted - log.read_text().count("was not recorded"))


def _ask_until_it_breaks(base_url: str, key: str, got: list[str], number: int) -> None:
    """Ask on, also after an answer that broke off, until nobody listens."""
    end = time.monotonic() + LONGEST + AFTER
    while time.monotonic() < end:
        ask_on(base_url, key, got, number)


def _nothing() -> None:
    """The disk is full by itself."""


def main(rounds: int) -> int:
    """Do them, and print what was lost."""
    report = run(rounds)
    print(report)
    return 1 if report.lost or report.unsaid else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
