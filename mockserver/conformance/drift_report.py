"""What has drifted in cassettes: each recorded request sent again, and how the answers differ."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from mockserver.cassette.exporters import export_exchanges
from mockserver.cassette.load import load, payload_folder
from mockserver.codec import JsonObject
from mockserver.conformance.drift import Drifted, drift_of
from mockserver.conformance.resending import SentAgain, recorder, sent_again
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from mockserver.server import MockServer

COLUMNS: Final = ("what", "where", "recorded", "now", "exchanges")
WIDEST: Final = 60
SHOWN: Final = 3
SERVICE_FAILS: Final = frozenset({401, 403, 429, *range(500, 600)})
"""Statuses that follow from an account or from the service, and not from the request: only a script gives them."""
HTTP_ERRORS: Final = 400


class DriftReport:
    """What was found in all cassettes."""

    def __init__(self) -> None:
        self.differences: defaultdict[Drifted, list[str]] = defaultdict(list)
        """Each with the file and line of every exchange that shows it."""
        self.not_compared: list[tuple[str, str]] = []
        """File and line of an exchange, and why it was not sent again."""
        self.compared = 0
        """How many exchanges were sent again."""

    def add(self, place: str, one: SentAgain) -> None:
        """Compare an exchange with today's."""
        if one.now is None:
            self.not_compared.append((place, one.why_not))
            return
        self.compared += 1
        for difference in drift_of(one.recorded, one.now):
            self.differences[difference].append(place)

    def table(self) -> str:
        """The differences, one a line, those of most exchanges first; then what was not compared."""
        found = sorted(self.differences.items(), key=lambda row: -len(row[1]))
        rows = [COLUMNS, *((*difference, _places(places)) for difference, places in found)]
        widths = [min(WIDEST, max(len(row[column]) for row in rows)) for column in range(len(COLUMNS))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        skipped = [f"{place}: not compared: {why}" for place, why in self.not_compared]
        return "".join(f"{line}\n" for line in [*(lines if found else []), *skipped])

    def as_json(self) -> JsonObject:
        """The same for programs."""
        return {
            "compared": self.compared,
            "differences": [{**row._asdict(), "exchanges": places} for row, places in self.differences.items()],
            "not_compared": [{"exchange": place, "reason": why} for place, why in self.not_compared],
        }


def _places(places: Sequence[str]) -> str:
    more = len(places) - SHOWN
    return ", ".join(places[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def drift_from(
    paths: Iterable[Path], *, upstream: str, key: str | None = None, update: bool = False, redact: Sequence[str] = ()
) -> DriftReport:
    """How an upstream differs today from what cassettes have of it; with `update`, they are recorded anew.

    `redact` is as for `Workspace.record`.

    Raises:
        CassetteError: a cassette does not load, or cannot be recorded anew as not all of it can be sent again.
        SettingsError: the upstream is not a valid URL, or cannot be reached.
    """
    report = DriftReport()
    for path in paths:
        with TemporaryDirectory(dir=path.parent, prefix=".drift-") as made:
            new = Path(made) / path.name
            with recorder(upstream=upstream, key=key, path=new, redact=redact) as (base_url, own_key):
                _compare(path, report, base_url=base_url, key=own_key)
            if update:
                _replace(path, new, report)
    return report


def _compare(path: Path, report: DriftReport, *, base_url: str, key: str) -> None:
    cassette = load(path)
    again = sent_again(cassette.exchanges, base_url=base_url, key=key)
    for line, one in zip(cassette.lines, again, strict=True):
        report.add(f"{path}:{line}", one)


def _replace(path: Path, new: Path, report: DriftReport) -> None:
    """Put a new recording, with its payload files, in the place of the old one."""
    left = [place for place, _ in report.not_compared if place.startswith(f"{path}:")]
    if left:
        raise CassetteError(
            f"{path}: not recorded anew, as {len(left)} of its exchanges cannot be sent again ({_places(left)}); "
            "take them out, or record the session with `mockserver record`"
        )
    shutil.rmtree(payload_folder(path), ignore_errors=True)
    if payload_folder(new).exists():
        payload_folder(new).rename(payload_folder(path))
    new.replace(path)


def own_drift(paths: Iterable[Path]) -> DriftReport:
    """How this server's own answers differ from what cassettes have, where its rules say what the model said.

    Raises: CassetteError for a cassette that does not load.
    """
    report = DriftReport()
    with MockServer() as server:
        for path in paths:
            cassette = load(path)
            again = own_answers(cassette.exchanges, server)
            for line, one in zip(cassette.lines, again, strict=True):
                report.add(f"{path}:{line}", one)
    return report


def own_answers(exchanges: Sequence[RecordedExchange], server: MockServer) -> list[SentAgain]:
    """Each exchange with the answer of this server, whose rules are the recorded session's.

    Errors that follow from a request are left to the server; others are scripted.
    """
    workspace = server.workspace()
    scripted = [one for one in exchanges if one.status < HTTP_ERRORS or one.status in SERVICE_FAILS]
    with ExitStack() as stack:
        stack.callback(server.discard, workspace)
        folder = stack.enter_context(TemporaryDirectory())
        for text in export_exchanges(scripted, "rules").texts:
            file = Path(folder) / "session.yaml"
            file.write_text(text, encoding="utf-8", errors="surrogatepass")
            workspace.load(file)
        return list(sent_again(exchanges, base_url=workspace.base_url, key=workspace.api_key))
