"""Recordings in the formats of other tools: a row per format, the way back of `importers`.

An exporter takes exchanges as a cassette has them, one or many, and says what its format has no place for.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from mockserver.cassette.bare_exports import as_curl, as_event_lines
from mockserver.cassette.exported import Exported
from mockserver.cassette.http_exports import as_har, as_vcr
from mockserver.cassette.rule_exports import as_rules
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange


class Exporter(NamedTuple):
    """One format of files."""

    name: str
    ending: str
    """How the names of its files end."""
    export: Callable[[Sequence[RecordedExchange]], Exported]


EXPORTERS: Final[Sequence[Exporter]] = (
    Exporter("rules", ".yaml", as_rules),
    Exporter("har", ".har", as_har),
    Exporter("vcr", ".yaml", as_vcr),
    Exporter("jsonl", ".jsonl", as_event_lines),
    Exporter("curl", ".sh", as_curl),
)


def exporter(name: str) -> Exporter:
    """The row of a format. Raises: CassetteError for a name that is none."""
    for row in EXPORTERS:
        if row.name == name:
            return row
    raise CassetteError(f"no format {name!r}; known are {', '.join(row.name for row in EXPORTERS)}")


def export_exchanges(exchanges: Sequence[RecordedExchange], name: str) -> Exported:
    """The exchanges in a format, by its name. Raises: CassetteError as `exporter` does."""
    return exporter(name).export(exchanges)
