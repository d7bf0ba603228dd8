"""Recordings of other tools, read: a row per format, recognised by what a file holds.

Each reader gives exchanges as they were recorded, with all their headers and whatever secrets the other tool left in;
redaction is the writer's part.
"""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockserver.cassette import foreign_files, foreign_json, foreign_vcr
from mockserver.cassette.source import Source
from mockserver.errors import CassetteError
from mockserver.model.tape import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of recording."""

    name: str
    tells: str
    """What makes a file one of these, for people."""
    sniff: Callable[[Source], bool]
    read: Callable[[Source], list[Recorded]]


FORMATS: Sequence[Format] = ()
