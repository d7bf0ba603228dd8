"""Open files: whether another process has locked one, and whether it still is the file of its path."""

import os
import sys
from pathlib import Path


def try_lock(file: int, *, at: int = 0) -> bool:
    """Lock an open file until it is closed; false where another process has it. On Windows it is the byte `at`."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            os.lseek(file, at, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            os.lseek(file, 0, os.SEEK_SET)
        else:
            import fcntl  # noqa: PLC0415 - exists everywhere else

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_file_of(path: Path, file: int) -> bool:
    """Whether an open file is the one of this path: it may have been deleted, or replaced by another one."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False
