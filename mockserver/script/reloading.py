"""Fixture files that are read again when they change."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mockserver.errors import ScriptError
from mockserver.script.fixtures import fixture_files, load_fixtures

_log = logging.getLogger("mockserver")

Stamp = tuple[tuple[str, int, int], ...]


class WatchedFixtures:
    """The rules of some files and folders, as they are now.

    Raises: ScriptError at the start for a file that is wrong. One that becomes wrong later is logged with line and
        cause, and the rules stay as they were.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = [Path(path) for path in paths]
        self._stamp = self._now()
        self.version = 1
        """Grows with each change."""
        self.fixtures = load_fixtures(self._paths)

    def refresh(self) -> None:
        """Read the files again if any has changed, come or gone."""
        stamp = self._now()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self.fixtures = load_fixtures(self._paths)
        except ScriptError as error:
            _log.error("The rules stay as they were:\n%s", error)
        else:
            self.version += 1

    def _now(self) -> Stamp:
        found: list[tuple[str, int, int]] = []
        for file in (file for path in self._paths for file in fixture_files(path)):
            with suppress(FileNotFoundError):  # gone since it was listed: that is the change
                stat = file.stat()
                found.append((str(file), stat.st_mtime_ns, stat.st_size))
        return tuple(found)
