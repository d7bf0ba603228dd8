"""Writing a cassette: exchange after exchange, each on disk before the next one.

One process writes a file at a time: the writer holds a lock that the system gives back when the process dies. The file
appears with its header complete; an exchange is appended in one write and closed by its end line, so whatever a killed
recorder leaves behind can be distinguished from what was recorded, and goes when the next writer comes.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from mockserver.cassette.documents import chunks_of, span_of
from mockserver.cassette.format import END, Dumped, Header, dump_exchange, dump_header
from mockserver.cassette.load import load, payload_folder
from mockserver.cassette.open_files import is_file_of, try_lock
from mockserver.cassette.redact import Finding, redact
from mockserver.cassette.secrets import SECRET_PATTERNS, SecretPatterns, recut
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange

FAR = 1 << 40  # beyond every cassette: Windows keeps others from reading what is locked


class Prepared(NamedTuple):
    """An exchange as it is written, and the secrets that were left out."""

    dumped: Dumped
    findings: Sequence[Finding]


class CassetteWriter:
    """Appends redacted exchanges to a cassette, which it makes where there is none.

    Raises:
        CassetteError: another process writes the file, it is a broken cassette, or it cannot be opened.
    """

    def __init__(self, path: Path, *, header: Header, patterns: SecretPatterns = SECRET_PATTERNS) -> None:
        self._path = path
        self._patterns = patterns
        upstream, client = ("".join(recut([text], patterns.spans(text))) for text in (header.upstream, header.client))
        try:
            self._file = _opened(path, replace(header, upstream=upstream, client=client))
        except OSError as error:
            raise CassetteError(f"{path}: the cassette cannot be opened for recording: {error.strerror}") from error
        try:
            self._upstream = load(path).header.upstream
            self._end = self._resume()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def add(self, exchange: RecordedExchange) -> Sequence[Finding]:
        """Put one exchange on disk; the secrets that are reported were left out.

        Raises: CassetteError for an exchange that is not in the cassette.
        """
        return self.write(self.prepare(exchange))

    def add_unless(self, exchange: RecordedExchange, known: Counter[bytes]) -> Sequence[Finding] | None:
        """Put one exchange on disk, unless it is one of the `known` documents, which is then counted off: None.

        Raises: as `add` does.
        """
        prepared = self.prepare(exchange)
        document = prepared.dumped.text.removesuffix(END).encode()
        if known[document] > 0:
            known[document] -= 1
            return None
        return self.write(prepared)

    def documents(self) -> Counter[bytes]:
        """The exchanges that are in the file, as they stand there, for `add_unless`."""
        return Counter(chunk.raw for chunk in chunks_of(self._path.read_bytes(), str(self._path)).closed[1:])

    def prepare(self, exchange: RecordedExchange) -> Prepared:
        """An exchange without secrets, as it is written."""
        redacted = redact(exchange, self._patterns)
        return Prepared(dump_exchange(redacted.exchange, upstream=self._upstream), redacted.findings)

    def write(self, prepared: Prepared) -> Sequence[Finding]:
        """Put on disk what was prepared. Raises: as `add` does."""
        dumped = prepared.dumped
        if not is_file_of(self._path, self._file):
            raise CassetteError(
                f"{self._path}: the cassette was deleted or replaced while it was recorded into. An exchange is lost; "
                "the next one goes into the file that has this name then"
            )
        try:
            for name, content in dumped.files.items():
                _save(payload_folder(self._path) / name, content)
            self._append(dumped.text.encode())
        except OSError as error:
            raise CassetteError(f"{self._path}: an exchange cannot be written: {error.strerror}") from error
        return prepared.findings

    def close(self) -> None:
        """Release the file. Idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _resume(self) -> int:
        """Cut off what a killed writer has left. Returns the length of what stays."""
        raw = self._path.read_bytes()
        end = chunks_of(raw, str(self._path)).end
        os.ftruncate(self._file, end)
        os.lseek(self._file, end, os.SEEK_SET)
        return end if raw[:end].endswith(b"\n") else end + os.write(self._file, b"\n")

    def _append(self, data: bytes) -> None:
        try:
            _write(self._file, data)
        except OSError:
            os.ftruncate(self._file, self._end)
            os.lseek(self._file, self._end, os.SEEK_SET)
            raise
        self._end += len(data)


def replace_exchange(
    path: Path, number: int, exchange: RecordedExchange, *, patterns: SecretPatterns = SECRET_PATTERNS
) -> Sequence[Finding]:
    """Put an exchange, redacted, in the place of the one with this number, from 1; the rest of the file stays.

    Raises: as `CassetteWriter` does.
    """
    with CassetteWriter(path, header=Header(), patterns=patterns):
        raw = path.read_bytes()
        redacted = redact(exchange, patterns)
        dumped = dump_exchange(redacted.exchange, upstream=load(path).header.upstream)
        start, end = span_of(raw, number)
        for name, content in dumped.files.items():
            _save(payload_folder(path) / name, content)
        new = path.with_name(f".{path.name}.{os.getpid()}.new")
        new.write_bytes(raw[:start] + dumped.text.encode() + raw[end:])
        new.replace(path)
    return redacted.findings


def _write(file: int, data: bytes) -> None:
    """Write all of `data`, down to the disk."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
    os.fsync(file)


def _opened(path: Path, header: Header) -> int:
    """The locked file of a cassette."""
    try:
        return _locked(os.open(path, os.O_RDWR), path)
    except FileNotFoundError:
        return _made(path, header)


def _made(path: Path, header: Header) -> int:
    """A new cassette, which gets its name when its header is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        _write(_locked(file, path), dump_header(header).encode())
        os.link(new, path)
    except FileExistsError:  # another process was faster
        os.close(file)
        return _locked(os.open(path, os.O_RDWR), path)
    finally:
        new.unlink()
    return file


def _locked(file: int, path: Path) -> int:
    if try_lock(file, at=FAR):
        return file
    os.close(file)
    raise CassetteError(
        f"{path}: another process is recording into this cassette. Give each process a cassette of its own, or "
        "wait until the other one is done"
    )


def _save(path: Path, content: bytes) -> None:
    """A payload file, whole or not at all; one that exists has the same content, as its name says."""
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.write_bytes(content)
    new.replace(path)
