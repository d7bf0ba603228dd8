"""Load with a fresh key every few requests, as a CI cluster makes it: memory and delays stay as they are.

    python -m tests.hard.fresh_keys [--minutes 30]

keeps `mockserver serve` with its default bounds busy. The exit code is 1 where memory grows by 5 % or more after the
bounds are reached, or the slowest hundredth of the requests gets slower by more than a half.
"""

import argparse
import itertools
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.bodies import ask
from tests.support.http import Connection
from tests.support.running import Running

CLIENTS = 8
PER_KEY = 40
KEYS = 1_000
"""As many as are kept by default: the bounds are reached when so many have come."""
GROWTH, SLOWER = 0.05, 1.5


@dataclass(kw_only=True)
class Report:
    """What was seen from outside."""

    keys: int
    bound: int
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Seconds, MiB; from the moment at which the bounds were reached."""
    delays: list[tuple[float, float]] = field(default_factory=list)
    """When each request was answered, and after how long, in seconds."""
    failures: int = 0

    @property
    def growth(self) -> float:
        """By which part memory has grown since the bounds were reached."""
        return self.memory[-1][1] / self.memory[0][1] - 1 if self.memory else 0.0

    def p99(self, half: int) -> float:
        """The slowest hundredth of a half, 0 or 1, in seconds."""
        middle = (self.delays[0][0] + self.delays[-1][0]) / 2
        chosen = sorted(delay for at, delay in self.delays if (at >= middle) == bool(half))
        return chosen[len(chosen) * 99 // 100]

    def __str__(self) -> str:
        """For people."""
        reached = (
            f"{self.memory[0][1]:.0f} MiB when {self.bound:,} keys had come" if self.memory else "bounds not reached"
        )
        last = f", {self.memory[-1][1]:.0f} MiB at the end ({self.growth:+.1%})" if self.memory else ""
        return (
            f"{len(self.delays):,} requests with {self.keys:,} keys, {self.failures} failed: {reached}{last}; "
            f"p99 {self.p99(0) * 1000:.1f} ms in the first half, {self.p99(1) * 1000:.1f} ms in the second"
        )


def run(minutes: float, *, max_workspaces: int = KEYS) -> Report:
    """Keep a server busy for so long."""
    report = Report(keys=0, bound=max_workspaces)
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as folder:
        options = ("serve", "--quiet", "--max-workspaces", str(max_workspaces))
        with Running(*options, log=Path(folder) / "log") as server:
            end = time.monotonic() + minutes * 60
            clients = [
                threading.Thread(target=_ask, args=(server.base_url, numbers, end, report)) for _ in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            while time.monotonic() < end:
                time.sleep(min(1.0, minutes * 6))
                if report.keys > max_workspaces:
                    report.memory.append((time.monotonic(), server.resident))
            for client in clients:
                client.join()
    report.delays.sort()
    return report


def _ask(base_url: str, numbers: "itertools.count[int]", end: float, report: Report) -> None:
    with Connection(base_url) as connection:
        while time.monotonic() < end:
            number = next(numbers)
            report.keys = max(report.keys, number + 1)
            for turn in range(PER_KEY):
                began = time.monotonic()
                body = ask(f"Key {number}, turn {turn}.", stream=turn % 4 == 0)
                connection.request("POST", "/v1/responses", body, key=f"sk-fresh-{number}")
                report.failures += connection.reply().status != 200
                report.delays.append((time.monotonic(), time.monotonic() - began))


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    report = run(parser.parse_args().minutes)
    print(report)
    return 1 if report.failures or report.growth >= GROWTH or report.p99(1) > SLOWER * report.p99(0) else 0


if __name__ == "__main__":
    sys.exit(main())
