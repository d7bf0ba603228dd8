"""A file that another tool has recorded: of which kind it is, how it begins, and what its lists hold."""

import io
import json
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Final, Literal, TextIO, TypeAlias

import yaml

from mockserver.cassette.body import read_json
from mockserver.cassette.format import CASSETTE_START
from mockserver.cassette.importing.flows import FLOW_SIGN, FlowError, flows
from mockserver.cassette.importing.json_stream import JsonStream, JsonStreamError, closed_head
from mockserver.cassette.importing.tagged_yaml import load_tagged
from mockserver.cassette.importing.unpacking import PACKINGS, PackingError
from mockserver.errors import CassetteError

FileKind: TypeAlias = Literal["folder", "events", "flows", "lines", "json", "yaml", "text"]
HEAD: Final = 1 << 20
"""How many characters of a file are looked at to recognise it."""
_STREAM: Final = re.compile(r"\A\s*(?:event:|data:|id:|retry:|:)")
_YAML: Final = re.compile(r"^(?:http_)?interactions:", re.MULTILINE)
TO_HAR: Final = "export it as HAR, and import that"
NOT_READ: Final[Sequence[tuple[str, bytes, str]]] = (
    (".saz", b"", f"a session of Fiddler: {TO_HAR} (File > Export Sessions > HTTPArchive)"),
    (".chls", b"", f"a session of Charles: {TO_HAR} (File > Export Session > HTTP Archive)"),
    (".chlsj", b"", f"a session of Charles: {TO_HAR} (File > Export Session > HTTP Archive)"),
    (".chlsx", b"", f"a session of Charles: {TO_HAR} (File > Export Session > HTTP Archive)"),
    ("", b"PK\x03\x04", "a ZIP archive: unpack it, and import what is in it"),
)
"""What is not read though it holds recordings: how its name ends, how it begins, and what to do."""
YAML_ENDINGS: Final = frozenset({".yaml", ".yml"})


class RecordingFile:
    """One file, or one folder whose files belong together; packed files are read as what is in them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._raw: IO[bytes] | None = None

    @cached_property
    def kind(self) -> FileKind:
        """What the file is made of, by how it begins."""
        if self.path.is_dir():
            return "folder"
        if re.match(FLOW_SIGN, self._start):
            return "flows"
        text = self._head_text
        if _STREAM.match(text):
            return "events"
        if text.lstrip().startswith(("{", "[")):
            return "lines" if _is_line_of_several(text) else "json"
        return "yaml" if _YAML.search(text) or YAML_ENDINGS & {*self.path.suffixes} else "text"

    @property
    def is_cassette(self) -> bool:
        """Whether it is a cassette of this project."""
        return not self.path.is_dir() and self._start.startswith(CASSETTE_START)

    @cached_property
    def head(self) -> Any:
        """The document as far as the beginning of the file has it, with the keys that distinguish formats.

        Of lines it is the list of them, of flows the list of the first one; None for a text.
        """
        match self.kind:
            case "json" if len(self._head_text) < HEAD:
                return self.json_of(self._head_text)
            case "json":
                return self.json_of(closed_head(self._head_text))
            case "lines":
                return [self.json_of(self._head_text.lstrip().partition("\n")[0])]
            case "yaml":
                return self.yaml
            case "flows":
                return [next(self.elements(()))]
        return None

    def elements(self, keys: Sequence[str]) -> Iterator[Any]:
        """The elements of the list under these keys, each read when it is asked for; of lines, what is on each.

        Raises: CassetteError, also where there is no list.
        """
        match self.kind:
            case "json":
                yield from self._json_elements(keys)
            case "lines":
                lines = enumerate(self.lines(), start=1)
                yield from (self.json_of(text, line) for line, text in lines if text.strip())
            case "flows":
                yield from self._flows()
            case _:
                yield from self._listed(keys)

    def _json_elements(self, keys: Sequence[str]) -> Iterator[Any]:
        with self.open_text() as stream:
            try:
                yield from JsonStream(stream).elements(keys)
            except JsonStreamError as error:
                raise self.error(f"invalid JSON: {error}", error.line) from error
            except LookupError as error:
                raise self._no_list(str(error.args[0])) from error

    def _flows(self) -> Iterator[Any]:
        with self.open() as stream:
            try:
                yield from flows(stream)
            except FlowError as error:
                raise self.error(str(error)) from error

    def _listed(self, keys: Sequence[str]) -> Iterator[Any]:
        value = self.yaml
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, list):
            raise self._no_list(keys[-1] if keys else "")
        yield from value

    def _no_list(self, key: str) -> CassetteError:
        what = f"a list `{key}`" if key else "a list"
        return self.error(f"{what} was expected, with an exchange per element")

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes of the file, unpacked. Raises: CassetteError where they cannot be read."""
        try:
            with self.path.open("rb") as raw:
                self._raw = raw
                start = raw.read(4)
                raw.seek(0)
                for ending, sign, hint in NOT_READ:
                    if self.path.name.lower().endswith(ending) and start.startswith(sign):
                        raise self.error(hint)
                packing = next((one for one in PACKINGS if start.startswith(one.start)), None)
                yield raw if packing is None else packing.open(raw)
        except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
            raise CassetteError(f"{self.path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
        except PackingError as error:
            raise CassetteError(f"{self.path}: {error}") from error

    @contextmanager
    def open_text(self) -> Iterator[TextIO]:
        """The text of the file, unpacked. Raises as `open` does."""
        with self.open() as raw:
            yield io.TextIOWrapper(raw, encoding="utf-8-sig")

    @property
    def read_so_far(self) -> float:
        """Which part of the file has been read, from 0 to 1."""
        if self._raw is None or self._raw.closed:
            return 1.0
        number = self._raw.fileno()
        return os.lseek(number, 0, os.SEEK_CUR) / (os.fstat(number).st_size or 1)

    @cached_property
    def text(self) -> str:
        """The whole text; empty for a folder."""
        if self.path.is_dir():
            return ""
        with self.open_text() as stream:
            return stream.read()

    def lines(self) -> Iterator[str]:
        """The lines of the text."""
        with self.open_text() as stream:
            yield from stream

    def json(self) -> Any:
        """The whole file as JSON."""
        return self.json_of(self.text)

    def json_of(self, text: str, line: int = 1) -> Any:
        """JSON text that starts on a line of the file."""
        try:
            return read_json(text)
        except json.JSONDecodeError as error:
            raise self.error(f"invalid JSON: {error.msg}", line + error.lineno - 1) from error
        except ValueError as error:
            raise self.error(f"invalid JSON: {error}", line) from error
        except RecursionError as error:
            raise self.error("invalid JSON: it is nested too deep", line) from error

    @cached_property
    def yaml(self) -> Any:
        """The whole file as YAML."""
        try:
            return load_tagged(self.text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self.error(f"invalid YAML: {error.problem}", line) from error
        except (yaml.YAMLError, ValueError, TypeError) as error:
            raise self.error(f"invalid YAML: {error}", 1) from error

    def error(self, cause: str, line: int = 0) -> CassetteError:
        """What is wrong, and in which line; 0 where it is about the whole file."""
        return CassetteError(cause, file=str(self.path), line=line)

    @cached_property
    def _start(self) -> bytes:
        with self.open() as stream:
            return stream.read(64)

    @cached_property
    def _head_text(self) -> str:
        with self.open_text() as stream:
            return stream.read(HEAD)


def _is_line_of_several(text: str) -> bool:
    """Whether the first line is a JSON value by itself and another one follows."""
    first, _, rest = text.lstrip().partition("\n")
    if not rest.strip():
        return False
    try:
        read_json(first)
    except (ValueError, RecursionError):
        return False
    return True
