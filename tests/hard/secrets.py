"""Secrets of sixty kinds in 23 places of an exchange, innocent texts, and recordings of real traffic.

    python -m tests.hard.secrets

plants each secret in each place, in one piece and in deltas, and looks for it in the cassette. The exit code is 1 where
one is left, or where a text is changed that has none.
"""

import sys
from dataclasses import dataclass, field

from mockserver.cassette.format import dump_exchange
from mockserver.cassette.redact import redact
from mockserver.model.recorded import RecordedExchange
from tests.cassette.planted_secrets import KINDS, PLACES, said, secret_part
from tests.cassette.test_secrets import INNOCENT, readings
from tests.support.real_traffic import RECORDINGS, recorded_files

NAMED = "/authorization"
"""The field of a tool whose value is a secret, whatever it says; one recording has `fake` there."""


@dataclass
class Report:
    """What was found."""

    planted: int = 0
    left: int = 0
    innocent: int = 0
    changed: int = 0
    recorded: int = 0
    redacted: list[str] = field(default_factory=list)
    """What was found in recordings."""

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.planted:,} secrets planted ({len(KINDS)} kinds in {len(PLACES)} places), {self.left} left; "
            f"{self.changed} of {self.innocent} innocent texts changed; {self.recorded:,} recorded exchanges: "
            + (", ".join(self.redacted) or "nothing redacted")
        )


def run(*, step: int = 1) -> Report:
    """Plant every `step`-th secret everywhere."""
    report = Report()
    for place in PLACES.values():
        for name, secret in KINDS[::step]:
            report.planted += 1
            clean = dump_exchange(redact(place(name, secret)).exchange)
            report.left += any(secret_part(secret) in text for text in readings(clean))
    for text in INNOCENT:
        report.innocent += 1
        report.changed += redact(said(text)).exchange.body != said(text).body
    for _, exchanges in recorded_files() if step == 1 and RECORDINGS.exists() else ():
        for one in exchanges:
            report.recorded += 1
            exchange = RecordedExchange(request_body=one.request, body=one.body, events=one.events)
            report.redacted += map(str, redact(exchange).findings)
    return report


def main() -> int:
    """Plant, look, and print."""
    report = run()
    print(report)
    surprises = [finding for finding in report.redacted if not finding.endswith(NAMED)]
    return 1 if report.left or report.changed or surprises else 0


if __name__ == "__main__":
    sys.exit(main())
