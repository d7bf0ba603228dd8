"""Fixture files that are read again when they change."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import sleep, time
from typing import Final, NamedTuple, TypeAlias

from mockserver.authoring.diagnostics import Problem, report
from mockserver.script.fixtures import Fixtures, fixture_files, load_fixtures, read_fixtures

_log = logging.getLogger("mockserver")

SETTLED_SECONDS: Final = 0.015
"""A file that changed less than this ago may still be in the writing, and a file system's clock may not have moved."""


class Stamp(NamedTuple):
    """What shows that a file is another, or has changed; the time of the change also where the file's own is kept."""

    file: str
    inode: int
    size: int
    modified: int
    changed: int


Stamps: TypeAlias = tuple[Stamp, ...]


class ReloadingFixtures:
    """The rules of some files and folders, as they are now. May be asked from any thread.

    Raises: ScriptError at the start for a file that is wrong. One that becomes wrong later is logged with line and
        cause and stays a problem until it is mended; the rules stay as they were before the edit.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = [Path(path) for path in paths]
        self._lock = Lock()
        stamps = self._look()
        self.fixtures = load_fixtures(self._paths)
        self.version = 1
        """Grows with each change."""
        self.problems: Sequence[Problem] = ()
        """What is wrong with the files as they are now."""
        self._stamps = stamps if _unsettled(stamps) == 0 else None

    def refresh(self) -> None:
        """Read the files again if any has changed, come or gone.

        Waits for a moment where a file has only just changed; one that goes on changing is left to the next call.
        """
        with self._lock:
            stamps = self._look()
            if stamps == self._stamps:
                return
            if wait := _unsettled(stamps):
                sleep(wait)  # in the files' own time, not in the workspace's; once for each edit
            found = read_fixtures(self._paths)
            if self._look() == stamps:  # the files have not changed meanwhile
                self._stamps = stamps
                self._take(found)

    def _take(self, found: Fixtures) -> None:
        self.problems = found.problems
        if found.problems:
            _log.error("The rules stay as they were:\n%s", report(found.problems, "the fixtures"))
        elif found.digests != self.fixtures.digests:
            changed = sorted({name for name, _ in {*found.digests} ^ {*self.fixtures.digests}})
            _log.info("%s changed: %d rules in all fixtures.", ", ".join(changed) or "The order", len(found.rules))
            self.fixtures = found
            self.version += 1

    def _look(self) -> Stamps:
        return tuple(self._stamped())

    def _stamped(self) -> Iterator[Stamp]:
        for file in (file for path in self._paths for file in fixture_files(path)):
            with suppress(FileNotFoundError):  # gone since it was listed: that is the change
                stat = file.stat()
                yield Stamp(str(file), stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def _unsettled(stamps: Stamps) -> float:
    """Seconds until the newest change is long enough ago; 0 where it is, or where its time cannot be."""
    newest = max((max(stamp.modified, stamp.changed) for stamp in stamps), default=0)
    age = time() - newest / 1e9
    return SETTLED_SECONDS - age if 0 <= age < SETTLED_SECONDS else 0.0
