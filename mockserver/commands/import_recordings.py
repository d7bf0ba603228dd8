"""`mockserver import`: recordings of other tools become cassettes."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from mockserver import cassette
from mockserver.clock import Clock, RealClock
from mockserver.commands.counts import counted
from mockserver.commands.patterns import PATTERN_HELP, redacted
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedBody, RecordedExchange

ENDINGS: Final = (".yaml", ".yml", ".json", ".jsonl", ".har", ".txt", ".sse", ".flow", ".flows")
"""What is dropped from the name of the source."""
PACKED_ENDINGS: Final = (".gz", ".zst")
PROGRESS_SECONDS: Final = 1.0
"""Seconds from one line of progress to the next."""
NOUN_OF: Final = {"exchange": "exchange", "rule": "fixture"}
"""What an entry of the source is called that becomes an exchange, or a rule."""


def add_import(parser: argparse.ArgumentParser) -> None:
    """The options of `import`."""
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="recordings: files, or folders of them")
    parser.add_argument(
        "--to",
        required=True,
        metavar="TARGET",
        help="cassette to write, or to append to what it lacks; a folder, to keep the names of the sources",
    )
    parser.add_argument("--format", help="format of the sources; detected if omitted")
    parser.add_argument("--host", action="append", default=[], metavar="GLOB", help="only these hosts; repeatable")
    parser.add_argument(
        "--path", action="append", default=[], metavar="GLOB", help="only these paths, of any API; repeatable"
    )
    parser.add_argument(
        "--everything", action="store_true", help="also preflights, page assets and routes that are not the API's"
    )
    parser.add_argument("--request", metavar="FILE", help="JSON body of the request, for answers saved without theirs")
    parser.add_argument(
        "--redact", action="append", default=[], metavar="PATTERN", help=f"what to redact; {PATTERN_HELP}"
    )
    parser.set_defaults(run=_import)


class Job(NamedTuple):
    """One recording, and the file that it goes to."""

    source: Path
    target: Path
    from_folder: bool
    """Whether it was found in a folder: what is no recording is then passed over."""


@dataclass(slots=True)
class ImportResult:
    """What has become of one recording."""

    noun: str = "exchange"
    imported: int = 0
    present: int = 0
    """Exchanges that the cassette had already."""
    for_any: int = 0
    """How many of the imported answers match any request, since theirs was not kept."""
    cut_off: int = 0
    """How many of the imported streams have no end."""
    secrets: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """What was left out, with `{s}` for the plural, and how many there were."""
    unkept: Counter[str] = field(default_factory=Counter)
    """What of the imported exchanges a cassette does not keep."""

    @property
    def any(self) -> bool:
        """Whether there is something in the target now."""
        return bool(self.imported or self.present)

    def note(self, one: "cassette.LeftOut") -> None:
        """Count something that is left out."""
        if one.part:
            self.unkept[one.why] += 1
        else:
            self.skipped[one.why if one.unwanted else f"{NOUN_OF[self.noun]}{{s}} with {one.why}"] += 1

    def sentence(self, source: str) -> str:
        """All of it, where `source` names the recording."""
        parts = [f"{counted(self.imported, self.noun)} imported from {source}"] if self.imported else []
        parts += self._of_them(self.for_any, "for any request")
        parts += self._of_them(self.cut_off, "without the end of the stream")
        if self.present and not self.imported:
            parts += [f"nothing new in {source}"]
        parts += [f"{counted(self.present, self.noun)} already present"] if self.present else []
        parts += [] if self.any else [f"nothing to import from {source}"]
        parts += [f"{counted(self.secrets, 'secret')} redacted"] if self.secrets else []
        skipped = ", ".join(f"{number} {what.format(s=_s(number))}" for what, number in self.skipped.items())
        unkept = ", ".join(f"{what} ({number})" for what, number in self.unkept.items())
        notes = [f"skipped: {skipped}"] * bool(skipped) + [f"not kept: {unkept}"] * bool(unkept)
        return "; ".join([", ".join(parts), *notes])

    def _of_them(self, number: int, what: str) -> list[str]:
        return [] if not number else [what] if number == self.imported else [f"{number} of them {what}"]


def _import(options: argparse.Namespace) -> int:
    target = Path(options.to)
    in_folder = target.is_dir() or not target.suffix or options.to.endswith(("/", os.sep))
    jobs = [job for source in options.sources for job in _jobs(Path(source), target, in_folder=in_folder)]
    if not jobs:
        raise CassetteError(f"{', '.join(options.sources)}: there are no files in it")
    importer = _Importer(options, sys.stderr, RealClock())
    failed = [job for job in jobs if not importer.run(job)]
    if not importer.any and len(jobs) > 1:
        sys.stderr.write(f"Nothing was imported from {', '.join(options.sources)}.\n")
    return 1 if failed or not importer.any else 0


def _jobs(source: Path, target: Path, *, in_folder: bool) -> Iterator[Job]:
    """The recordings in a source, each with its target: in a folder, a file for each under its own name."""
    if not source.is_dir():
        yield Job(source, target / _named(source.name) if in_folder else target, from_folder=False)
        return
    for found in cassette.recordings_in(source):
        own = found.relative_to(source) if found != source else Path(source.name)
        goes_to = target / own.parent / _named(own.name) if in_folder else target
        yield Job(found, goes_to, from_folder=found != source)


def _named(name: str) -> str:
    """The name of the cassette for a recording."""
    for ending in PACKED_ENDINGS:
        name = name.removesuffix(ending)
    path = Path(name)
    return f"{path.stem if path.suffix in ENDINGS else name}.yaml"


class _Importer:
    """Imports one recording after the other, and says what becomes of each."""

    def __init__(self, options: argparse.Namespace, err: TextIO, clock: Clock) -> None:
        self._options = options
        self._err = err
        self._clock = clock
        self._said_at = clock.elapsed()
        self._patterns = cassette.secret_patterns(redacted(options.redact))
        self._selection = cassette.Selection(options.host, options.path, options.everything)
        self._request = _request(options.request)
        self.any = False
        """Whether an exchange is in a cassette now."""

    def run(self, job: Job) -> bool:
        """Import one recording; whether that succeeded. A failure of a file that was named is raised."""
        try:
            recordings = cassette.Recordings(
                job.source,
                format_name=self._options.format,
                selection=self._selection,
                request=self._request,
            )
            outcome = self._write_rules(recordings, job) if recordings.format.rules else self._copy(recordings, job)
        except cassette.UnknownFormatError as error:
            if not job.from_folder:
                raise
            self._err.write(f"{error.short}\n")
            return True
        except CassetteError as error:
            if not job.from_folder:
                raise
            self._err.write(f"{error}\n")
            return False
        self.any |= outcome.any
        target = f"{job.target}: " if outcome.any else ""
        sys.stdout.write(f"{target}{outcome.sentence(f'{job.source} ({recordings.format.name})')}.\n")
        return True

    def _write_rules(self, recordings: "cassette.Recordings", job: Job) -> ImportResult:
        """Write a fixture file, unless it is there as it would be written."""
        outcome = ImportResult(noun="rule")
        rules = recordings.rules(partial(self._left_out, recordings, outcome))
        text, outcome.secrets = self._patterns.redacted(cassette.rules_text(rules))
        if not rules:
            return outcome
        if not job.target.exists():
            job.target.parent.mkdir(parents=True, exist_ok=True)
            job.target.write_text(text, encoding="utf-8")
            outcome.imported = len(rules)
        elif job.target.read_text(encoding="utf-8") == text:
            outcome.present = len(rules)
        else:
            raise CassetteError(f"{job.target}: is there already, with other rules; name another file, or delete it")
        return outcome

    def _left_out(self, recordings: "cassette.Recordings", outcome: ImportResult, one: "cassette.LeftOut") -> None:
        outcome.note(one)
        self._progress(recordings, outcome)
        if not one.unwanted:
            self._err.write(f"{one.where}: {'not kept' if one.part else 'skipped'}: {one.why}\n")

    def _copy(self, recordings: "cassette.Recordings", job: Job) -> ImportResult:
        outcome = ImportResult()
        with ExitStack() as stack:
            writer, known = None, Counter[bytes]()
            for exchange in recordings.exchanges(partial(self._left_out, recordings, outcome)):
                if writer is None:
                    header = self._header(exchange)
                    writer = stack.enter_context(
                        cassette.CassetteWriter(job.target, header=header, patterns=self._patterns)
                    )
                    known = writer.documents()
                found = writer.add_unless(exchange, known)
                outcome.imported += found is not None
                outcome.present += found is None
                outcome.for_any += found is not None and exchange.any_request
                outcome.cut_off += found is not None and not exchange.complete
                outcome.secrets += len(found or ())
                self._progress(recordings, outcome)
        return outcome

    def _header(self, first: RecordedExchange) -> "cassette.Header":
        return cassette.Header(
            upstream=first.upstream,
            recorded_at=int(first.started or self._clock.now()),
            client=first.request_headers.get("user-agent", ""),
        )

    def _progress(self, recordings: "cassette.Recordings", outcome: ImportResult) -> None:
        now = self._clock.elapsed()
        if now - self._said_at >= PROGRESS_SECONDS:
            self._said_at = now
            read = f"{recordings.source.read_so_far:.0%} read"
            done = counted(outcome.imported + outcome.present, outcome.noun)
            self._err.write(f"{recordings.source.path}: {read}, {done} …\n")


def _request(path: str | None) -> RecordedBody:
    if path is None:
        return None
    body = cassette.RecordingFile(Path(path)).json()
    if not isinstance(body, dict):
        raise CassetteError(f"{path}: the JSON body of a request was expected, an object")
    return body


def _s(number: int) -> str:
    return "" if number == 1 else "s"
