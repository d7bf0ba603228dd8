"""Searching with the regular expressions of test authors, none of which may stop the server.

Python's `re` cannot be interrupted while it runs, and some expressions of a few characters take hours. Where an
expression and a text could take long together, a process of its own searches, with a limit on its CPU time.
"""

import atexit
import json
import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, NamedTuple

from mockserver.errors import ScriptError

CPU_SECONDS: Final = 0.05
"""What a search may take in its own process, and what all searches for one request may take there together."""
WALL_SECONDS: Final = 5.0
"""How long it is waited for on a machine that is busy with other things, or has no limit on CPU time."""
CHEAP: Final = 2_000_000
"""Steps that take about a hundredth of a second; no more than so many are made here."""

_SEARCHER: Final = """
import json, re, signal, sys, time

signal.signal(signal.SIGINT, signal.SIG_IGN)
limit = getattr(signal, "setitimer", lambda *_: None)
kind = getattr(signal, "ITIMER_VIRTUAL", None)
for line in sys.stdin:
    pattern, flags, text, seconds = json.loads(line)
    expression = re.compile(pattern, flags)
    limit(kind, seconds)
    began = time.process_time()
    found = expression.search(text) is not None
    limit(kind, 0)
    print(int(found), time.process_time() - began, flush=True)
"""
"""Ends by the signal of its own timer where a search takes too long: between signals, `re` may run for minutes."""
_REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_ASKING: Final = 0.0005  # seconds that asking takes, however soon the answer comes
_SHORTEST: Final = 0.001  # a timer of 0 would be none
_FOR_EVER: Final = 1_000
"""Stands for a cost that grows with each character by a factor."""


class RegexShape(NamedTuple):
    """What the cost of an expression follows from."""

    prefix: str
    """The characters that every match begins with."""
    degree: int
    """How many parts of it, one after the other, can be of several lengths."""


class SearchesOfOneRequest:
    """A block whose searches take no more time together than one may."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _left.set([CPU_SECONDS])

    def __exit__(self, *_error: object) -> None:
        _left.reset(self._token)


_left: ContextVar[list[float] | None] = ContextVar("left", default=None)
"""The seconds that are left in such a block; outside of one each search has its own time."""


def found_in(compiled: re.Pattern[str], text: str) -> bool:
    """Whether an expression is found in a text. Raises: ScriptError where finding out takes too long."""
    if _steps(_shape(compiled), text) <= CHEAP:
        return compiled.search(text) is not None
    left = _left.get() or [CPU_SECONDS]
    found, took = _searcher.search(compiled, text, seconds=max(left[0], _SHORTEST))
    left[0] -= took + _ASKING
    if found is None:
        raise ScriptError(
            f"The regular expression {compiled.pattern!r} takes too long on a text of {len(text)} characters: more than"
            f" {CPU_SECONDS * 1000:.0f} ms. Anchor it, avoid a repeat inside a repeat, or use `contains` or `glob`."
        )
    return found


def _steps(shape: RegexShape, text: str) -> int:
    """About how many steps a search takes at most."""
    starts = text.count(shape.prefix) if shape.prefix else len(text) + 1
    return starts * (len(text) + 1) ** shape.degree if shape.degree < _FOR_EVER else CHEAP + 1


@lru_cache(maxsize=1024)
def _shape(compiled: re.Pattern[str]) -> RegexShape:
    parser: Any = import_module("re._parser")  # private, as nothing public shows what an expression says
    tree = parser.parse(compiled.pattern, compiled.flags & ~re.DEBUG)
    return RegexShape("" if compiled.flags & re.IGNORECASE else _prefix(tree), _degree(tree))


def _prefix(tree: Any) -> str:
    characters = []
    for op, value in tree:
        if str(op) != "LITERAL":
            break
        characters.append(chr(value))
    return "".join(characters)


def _degree(tree: Any) -> int:
    return sum(_degree_of(str(op), value) for op, value in tree)


def _degree_of(op: str, value: Any) -> int:
    parts = _parts(value)
    if op == "BRANCH":
        return max(map(_degree, parts))
    if op not in _REPEATS:
        return sum(map(_degree, parts))
    if any(map(_has_choices, parts)):
        return _FOR_EVER
    return int(value[0] != value[1])


def _has_choices(tree: Any) -> bool:
    """Whether an expression can match the same text in several ways, or texts of several lengths."""
    return any(
        str(op) == "BRANCH" or (str(op) in _REPEATS and value[0] != value[1]) or any(map(_has_choices, _parts(value)))
        for op, value in tree
    )


def _parts(value: Any) -> list[Any]:
    """The expressions inside a part of an expression."""
    if hasattr(value, "data"):
        return [value]
    return [part for one in value for part in _parts(one)] if isinstance(value, tuple | list) else []


class _Searcher:
    """A process that searches, one text after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def search(self, compiled: re.Pattern[str], text: str, *, seconds: float) -> tuple[bool | None, float]:
        """Whether an expression is found in a text, None where it takes too long, and the seconds that it took."""
        asked = json.dumps([compiled.pattern, int(compiled.flags), text, seconds])
        with self._lock:
            process = self._started()
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            assert process.stdout is not None  # noqa: S101
            late = threading.Timer(WALL_SECONDS, process.kill)
            late.start()
            try:
                process.stdin.write(asked + "\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except BrokenPipeError:
                answer = ""
            finally:
                late.cancel()
            if not answer:
                self.close()
                self._started()  # it is ready when it is needed next
                return None, seconds
        found, took = answer.split()
        return found == "1", float(took)

    def _started(self) -> "subprocess.Popen[str]":
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with a program of our own
                [sys.executable, "-I", "-S", "-c", _SEARCHER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="ascii",
            )
        return self._process

    def forget(self) -> None:
        """Leave the process to the parent that this process was forked from."""
        self._lock = threading.Lock()
        self._process = None

    def close(self) -> None:
        """End the process; the next search starts another one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(BrokenPipeError), process:  # what it was sent last may still wait for it
                pass


_searcher: Final = _Searcher()
atexit.register(_searcher.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_searcher.forget)
