"""Recordings of other tools, as the exchanges that they are.

Exchanges come with all their headers and whatever secrets the other tool left in; redaction is the writer's part.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockserver.authoring.json_path import parse_path, values_at
from mockserver.cassette.importing.answers import answers_in, is_trace
from mockserver.cassette.importing.exchanges import read_exchanges
from mockserver.cassette.importing.format import Format, LeftOut
from mockserver.cassette.importing.formats import FORMATS
from mockserver.cassette.importing.selection import Selection
from mockserver.cassette.importing.source import RecordingFile
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedBody, RecordedExchange


class UnknownFormatError(CassetteError):
    """A file that is nothing of what can be imported."""

    def __init__(self, path: Path, why: str = "") -> None:
        self.short = f"{path}: {why or 'in no known format'}"
        """The message without the formats that are known."""
        known = "; ".join(f"{row.name}: {row.sign}" for row in FORMATS)
        super().__init__(self.short if why else f"{self.short}. Known are {known}")


class Recordings:
    """What one file or folder holds, in a format of `FORMATS` or in the one that it looks like.

    Raises:
        CassetteError: it is in no known format.
    """

    def __init__(
        self,
        path: Path,
        *,
        format_name: str | None = None,
        selection: Selection = Selection(),  # noqa: B008 - it is immutable
        request: RecordedBody = None,
    ) -> None:
        self.source = RecordingFile(path)
        self.format = _named(format_name) if format_name else recognised(self.source)
        self._selection = selection
        self._request = request

    def exchanges(self, left_out: Callable[[LeftOut], None] = lambda _one: None) -> Iterator[RecordedExchange]:
        """The exchanges in order; `left_out` gets each that is not imported.

        Raises:
            CassetteError: the file does not read as one of its format.
        """
        read = self.format.read
        if self.format.rules:
            raise self.source.error(f"{self.format.name} fixtures become rules, not recordings")
        for one in read(self.source) if read else read_exchanges(self.format, self.source):
            if isinstance(one, LeftOut):
                left_out(one)
            elif why := self._selection.unwanted(one):
                left_out(LeftOut(str(self.source.path), why, unwanted=True))
            elif one.any_request and self._request is not None:
                yield replace(one, request_body=self._request, any_request=False)
            else:
                yield one

    def rules(self, left_out: Callable[[LeftOut], None] = lambda _one: None) -> list[dict[str, Any]]:
        """The rules that the fixtures of another double are, in order; of recordings none. `left_out` as above."""
        found: list[dict[str, Any]] = []
        for one in self.format.rules(self.source) if self.format.rules else ():
            if isinstance(one, LeftOut):
                left_out(one)
            else:
                found.append(one)
        return found


def import_file(path: Path, format_name: str | None = None, **options: Any) -> list[RecordedExchange]:
    """The exchanges in a file or folder of another tool. Raises as `Recordings` does."""
    return list(Recordings(path, format_name=format_name, **options).exchanges())


def recognised(source: RecordingFile) -> Format:
    """The first format that a file fits. Raises: UnknownFormatError."""
    if source.is_cassette:
        raise UnknownFormatError(source.path, "is a cassette already; replay it as it is")
    for row in FORMATS:
        if source.kind in row.kinds and _has(row, source):
            return row
    raise UnknownFormatError(source.path)


def _has(row: Format, source: RecordingFile) -> bool:
    if source.kind == "folder":
        return bool(answers_in(source.path))
    return not row.has or any(values_at(source.head, parse_path(path)) for path in row.has)


def _named(name: str) -> Format:
    for row in FORMATS:
        if row.name == name:
            return row
    raise CassetteError(f"no format {name!r}; known are {', '.join(row.name for row in FORMATS)}")


def recordings_in(folder: Path) -> Iterator[Path]:
    """The files and folders in a folder that may be recordings, in order: a folder of requests and answers is one."""
    if is_trace(folder):
        yield folder
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")):
            continue
        if path.is_dir():
            yield from recordings_in(path)
        else:
            yield path
