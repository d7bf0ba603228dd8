"""Fixture files that are read again when they change."""

import asyncio
import logging
import os
from collections.abc import Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from threading import Lock
from time import sleep, time
from typing import Final, NamedTuple, TypeAlias

from mockserver.authoring.diagnostics import Problem, report
from mockserver.script.fixtures import SUFFIXES, Fixtures, load_fixtures, read_fixtures

_log = logging.getLogger("mockserver")

SETTLED_SECONDS: Final = 0.015
"""A file that changed less than this ago may still be in the writing, and a file system's clock may not have moved."""
FEW: Final = 5
"""Files that can be looked at in the time that the event loop takes for another call."""

Stamp: TypeAlias = tuple[int, int, int, int]
"""Inode, size, and the nanoseconds of two times: of the content, which anybody can set, and of any change."""
Stamps: TypeAlias = dict[str, Stamp | None]
"""By path; None where nothing is."""
_stamp_of = attrgetter("st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")


class Look(NamedTuple):
    """What shows that files are others, or have changed; and that folders may have got, or lost, some."""

    files: Stamps
    folders: Stamps

    @property
    def is_current(self) -> bool:
        """Whether everything is as it was then."""
        return self.files == _stamped(self.files) and self.folders == _stamped(self.folders)


class ReloadingFixtures:
    """The rules of some files and folders, as they are now. May be asked from any thread.

    Raises: ScriptError at the start for a file that is wrong. One that becomes wrong later is logged with line and
        cause and stays a problem until it is mended; the rules stay as they were before the edit.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = [Path(path) for path in paths]
        self._lock = Lock()
        look = self._look()
        self.fixtures = load_fixtures(self._paths)
        self.version = 1
        """Grows with each change."""
        self.problems: Sequence[Problem] = ()
        """What is wrong with the files as they are now."""
        self._seen = None if _unsettled(look) else look
        self._looked_in: asyncio.AbstractEventLoop | None = None
        """The loop that need not look again for the requests that it has read by now."""

    def refresh(self) -> None:
        """Read the files again if any has changed, come or gone.

        Waits for a moment where a file has only just changed; one that goes on changing is left to the next call.
        """
        with self._lock:
            seen = self._seen
            if seen is not None and seen.is_current:  # asked for each request: folders are not listed for it
                return
            look = self._look()
            wait = _unsettled(look)
            if seen is not None and seen.files == look.files:  # a folder got, or lost, what is no fixture
                if not wait:
                    self._seen = look
                return
            if wait:
                sleep(wait)  # in the files' own time, not in the workspace's; once for each edit
            found = read_fixtures(self._paths)
            if self._look() == look:  # the files have not changed meanwhile
                self._seen = look
                self._take(found)

    def refresh_for_requests(self) -> None:
        """Refresh once for all requests that the running event loop has read by now.

        What was edited before one of them was sent was there when the loop looked. A loop keeps the order of its calls,
        so requests that it reads later are answered after the call that is scheduled here, and it looks again.
        """
        loop = asyncio.get_running_loop()
        if self._looked_in is not loop:
            self.refresh()
            if self._seen is None or len(self._seen.files) > FEW:
                self._looked_in = loop
                loop.call_soon(self._look_again)

    def _look_again(self) -> None:
        self._looked_in = None

    def _take(self, found: Fixtures) -> None:
        self.problems = found.problems
        if found.problems:
            _log.error("The rules stay as they were:\n%s", report(found.problems, "the fixtures"))
        elif found.digests != self.fixtures.digests:
            changed = sorted({name for name, _ in {*found.digests} ^ {*self.fixtures.digests}})
            _log.info("%s changed: %d rules in all fixtures.", ", ".join(changed) or "The order", len(found.rules))
            self.fixtures = found
            self.version += 1

    def _look(self) -> Look:
        look = Look({}, {})
        for path in self._paths:
            if path.is_file():
                look.files[str(path)] = _stamp(str(path))
            else:
                _look_into(str(path), look)
        return look


def _look_into(path: str, look: Look) -> None:
    """Stamp a folder, those below it, and what may be fixtures in them. A path where nothing is counts as a folder.

    Links that lead nowhere count as well: what they lead to may come without a change of the folder.
    """
    folders = [path]
    for folder in folders:
        look.folders[folder] = _stamp(folder)  # before it is listed, so that what comes meanwhile shows later
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            elif Path(entry.name).suffix in SUFFIXES:
                look.files[entry.path] = _stamp(entry.path)


def _entries(folder: str) -> Sequence["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # it is not there, or not any more
        return ()


def _stamped(paths: Iterable[str]) -> Stamps:
    return {path: _stamp(path) for path in paths}


def _stamp(path: str) -> Stamp | None:
    try:
        stamp: Stamp = _stamp_of(os.stat(path))  # noqa: PTH116 - a `Path` takes ten times as long
    except OSError:
        return None
    return stamp


def _unsettled(look: Look) -> float:
    """Seconds until the newest change is long enough ago; 0 where it is. Times in the future do not count."""
    now = time()
    stamps = (*look.files.values(), *look.folders.values())
    ages = (now - changed / 1e9 for stamp in stamps if stamp is not None for changed in stamp[2:])
    return max((SETTLED_SECONDS - age for age in ages if 0 <= age < SETTLED_SECONDS), default=0.0)
