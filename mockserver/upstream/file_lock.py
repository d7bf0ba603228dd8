"""A lock between processes: one at a time records into a cassette."""

import os
import sys
import tempfile
from hashlib import sha256
from pathlib import Path


class FileLock:
    """Made as soon as no other process has it; given back by `release`, or by the system when the process dies.

    The file that is locked lies among temporary files, so that folders of cassettes hold nothing else.
    """

    def __init__(self, path: Path) -> None:
        name = sha256(str(path.absolute()).encode()).hexdigest()[:32]
        self._file = os.open(Path(tempfile.gettempdir()) / f"mockserver-{name}.lock", os.O_RDWR | os.O_CREAT, 0o666)
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            msvcrt.locking(self._file, msvcrt.LK_LOCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists everywhere else

            fcntl.flock(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        """Release the lock. Idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
