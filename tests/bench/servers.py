"""The two servers that are measured, each a process of its own, started and ended here."""

import math
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import ask, post

ROOT = Path(__file__).parents[2]
BARE = Path(__file__).with_name("bare.py")
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/v1")
KIB = 1024
KEY = "sk-bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server. Where the system has no `/proc`, CPU and memory are not a number."""

    port: int
    pid: int

    def cpu(self) -> float:
        """CPU seconds used so far, by user and kernel."""
        text = self._told("stat")
        ticks = text.rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK") if text else math.nan

    def memory(self) -> float:
        """Resident bytes."""
        return self._bytes("VmRSS")

    def peak_memory(self) -> float:
        """The most resident bytes that there ever were."""
        return self._bytes("VmHWM")

    def _bytes(self, name: str) -> float:
        found = re.search(rf"^{name}:\s+(\d+) kB", self._told("status"), re.MULTILINE)
        return int(found[1]) * KIB if found else math.nan

    def _told(self, name: str) -> str:
        file = Path(f"/proc/{self.pid}/{name}")
        return file.read_text() if file.exists() else ""

    def tell(self, rules: list[dict[str, Any]], *, key: str = KEY) -> None:
        """Add rules to a workspace of the mock server."""
        ask(self.port, post(rules, key=key, path="/_mock/rules"))


def environment() -> dict[str, str]:
    """The environment of child processes: modules of this checkout, compiled once and not in each of them."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**known, "PYTHONPATH": str(ROOT)}


@contextmanager
def _running(*arguments: str, errors: int | None = None) -> Iterator[Server]:
    """A server that says where it listens, until the `with` block ends; `errors` is where its stderr goes."""
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment()) as process:
        try:
            assert process.stdout is not None
            found = ADDRESS.search(process.stdout.readline())
            if found is None:
                raise ConnectionError(f"`{' '.join(arguments)}` did not start; its error stands above.")
            yield Server(port=int(found[1]), pid=process.pid)
        finally:
            process.kill()


@contextmanager
def mock_server(*arguments: str, command: str = "serve", logs: bool = False) -> Iterator[Server]:
    """This project's server, by its command line; with `logs`, it logs requests as it does unless told otherwise."""
    quiet = () if logs else ("--quiet",)
    errors = subprocess.DEVNULL if logs else None
    with _running("-m", "mockserver", command, "--port", "0", *quiet, *arguments, errors=errors) as server:
        yield server


@contextmanager
def echo_server() -> Iterator[Server]:
    """A bare aiohttp WebSocket that sends every frame back."""
    with _running(str(BARE.with_name("echo.py"))) as server:
        yield server


@contextmanager
def bare_server(reply: bytes = b"{}", *, gap: float = 0.0) -> Iterator[Server]:
    """Bare aiohttp that always replies the same, as a stream to those who ask for one."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(reply)
        file.flush()
        with _running(str(BARE), file.name, file.name, str(gap)) as server:
            yield server
