"""A server as a process of its own, as users start it, and what can be seen of it from outside."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self

WAIT = 30.0
"""Seconds after which a process that should have ended is taken for stuck."""


class Running:
    """`mockserver COMMAND` with these arguments, until the block is left; what it logs is in the file `log`."""

    def __init__(self, *arguments: str, log: Path, before: Callable[[], None] | None = None) -> None:
        self.log = log
        self._output = log.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mockserver", *arguments, "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=self._output,
            text=True,
            preexec_fn=before,  # noqa: PLW1509 - it sets a limit of the process, nothing else
        )
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().split()[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.communicate(timeout=WAIT)
        self._output.close()

    def kill(self) -> None:
        """End it as the system ends what it has no memory for."""
        self.process.kill()

    @property
    def resident(self) -> float:
        """Its memory, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    @property
    def sockets(self) -> int:
        """How many it has open."""
        links = [link for link in Path(f"/proc/{self.process.pid}/fd").iterdir() if link.is_symlink()]
        return sum(str(link.readlink()).startswith("socket:") for link in links if link.is_symlink())
