"""A lock between processes: one at a time records into a cassette."""

import logging
import os
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Final

from mockserver.cassette.open_files import is_file_of, try_lock
from mockserver.clock import monotonic
from mockserver.errors import CassetteError

NOTICE_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 60.0
_BETWEEN_TRIES_SECONDS: Final = 0.02

_log = logging.getLogger("mockserver")


class FileLock:
    """Made as soon as no other process has it; given back by `release`, or by the system when the process dies.

    The file that is locked lies among temporary files, so that folders of cassettes hold nothing else.

    Raises: CassetteError where another process keeps it for more than `patience` seconds.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE_SECONDS) -> None:
        owner = os.getuid() if hasattr(os, "getuid") else 0  # another user's file could not be opened
        name = sha256(str(path.absolute()).encode()).hexdigest()[:32]
        self._path = Path(tempfile.gettempdir()) / f"mockserver-{owner}-{name}.lock"
        self._file = -1
        began, noticed = monotonic(), False
        while (file := _locked(self._path)) is None:
            waited = monotonic() - began
            if waited > patience:
                raise CassetteError(
                    f"{path}: another process has been recording into this cassette for more than {patience:g} s. End "
                    "it, or give each process a cassette of its own"
                )
            if not noticed and waited > min(NOTICE_SECONDS, patience / 2):
                _log.warning("Waiting for another process that records into %s.", path)
                noticed = True
            time.sleep(_BETWEEN_TRIES_SECONDS)
        self._file = file

    def release(self) -> None:
        """Release the lock, and remove its file. Idempotent."""
        if self._file >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1


def _locked(path: Path) -> int | None:
    """The locked file of this path; None where another process has it, or has just removed it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if try_lock(file) and is_file_of(path, file):
        return file
    os.close(file)
    return None
