"""A line for each request, on a terminal or in a file: what was asked, what answered, how long it took.

Lines are made and written in a thread of their own, ten times a second.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, TextIO

from mockserver.clock import local_time
from mockserver.codec import dumps
from mockserver.model.headers import shown_key
from mockserver.state.exchange import Exchange

RED, YELLOW, DIM, PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
BATCH_SECONDS: Final = 0.1
BURST: Final = 100
"""Exchanges that have lines of their own, however fast they come."""
MORE: Final = 10
"""How many more of them may have lines with each batch: in the long run, 100 in a second."""
_INDENT: Final = "         "
_FAILED: Final = 400

_log = logging.getLogger("mockserver")


class Entry(NamedTuple):
    """An exchange that has ended."""

    time: str
    """The time of day at which it ended: `14:03:59`."""
    key: str
    exchange: Exchange

    @property
    def answered_by(self) -> str:
        """What answered: a rule, a recording or an upstream by name, the default, a refusal, or nothing."""
        outcome = self.exchange.outcome
        if outcome.miss is not None:
            return "nothing matched"
        refused = self.exchange.status >= _FAILED and outcome.fault is None
        return outcome.by or ("refused" if refused else "default")

    @property
    def milliseconds(self) -> float:
        """From the end of the request to the end of its answer."""
        exchange = self.exchange
        return round(max(exchange.ended_at - exchange.began_at, 0.0) * 1000, 1)

    @property
    def tokens(self) -> tuple[Any, Any] | None:
        """Tokens of the input and of the output; None where the answer is not a response, or has no usage."""
        run = self.exchange.run
        usage = None if run is None else run.final.get("usage")
        return (usage.get("input_tokens"), usage.get("output_tokens")) if isinstance(usage, dict) else None


Write = Callable[[Entry], str]
"""Makes the lines of an entry."""


def as_text(*, colors: bool, bodies: bool) -> Write:
    """Lines for people. `bodies` says whether what was sent and answered stands below them."""
    keys: dict[str, None] = {}

    def write(entry: Entry) -> str:
        exchange = entry.exchange
        keys.setdefault(entry.key)
        whose = f"…{shown_key(entry.key).rpartition('*')[2].strip()} " if len(keys) > 1 and entry.key else ""
        tokens = entry.tokens
        parts = [f"{entry.milliseconds:g} ms", *([f"{tokens[0]} + {tokens[1]} tokens"] if tokens else [])]
        parts += [f"fault {exchange.fault}"] if exchange.fault is not None else []
        line = f"{whose}{_asked(exchange)} -> {exchange.status or 'no answer'} {entry.answered_by}, {', '.join(parts)}"
        color = RED if exchange.miss or exchange.status >= _FAILED else YELLOW if exchange.fault is not None else ""
        more = [*_why(exchange), *(_said(exchange) if bodies else ())]
        first = f"{DIM}{entry.time}{PLAIN} {color}{line}{PLAIN}" if colors else f"{entry.time} {line}"
        return "\n".join([first, *(f"{_INDENT}{each}" for each in more), ""])

    return write


def as_json(*, bodies: bool) -> Write:
    """One JSON object a line, for programs."""

    def write(entry: Entry) -> str:
        exchange, tokens = entry.exchange, entry.tokens
        fields: dict[str, Any] = {
            "time": entry.time,
            "key": shown_key(entry.key),
            **exchange.identity,
            "status": exchange.status,
            "answered_by": entry.answered_by,
            "miss": exchange.miss,
            "fault": None if exchange.fault is None else str(exchange.fault),
            "milliseconds": entry.milliseconds,
            "input_tokens": tokens and tokens[0],
            "output_tokens": tokens and tokens[1],
        }
        if bodies:
            fields |= {"body": exchange.body, "response": exchange.response, "error": exchange.error}
        return dumps(fields).decode() + "\n"

    return write


def _asked(exchange: Exchange) -> str:
    socket = "" if exchange.connection is None else f" socket {exchange.connection}"
    lane = f" lane {exchange.lane}" if exchange.lane else ""
    said = f" {exchange.operation}" if exchange.inserts else ""
    if exchange.creates:
        model = exchange.body.get("model") if isinstance(exchange.body, Mapping) else None
        said = f" {model or '(no model)'} {exchange.asked_text()}"
    return f"{exchange.method} {exchange.path}{socket}{lane}{said}"


def _why(exchange: Exchange) -> list[str]:
    """Why nothing matched, or what the error says that was not injected on purpose."""
    if exchange.miss is not None:
        return exchange.miss.splitlines()
    error = exchange.error if exchange.status >= _FAILED and exchange.fault is None else None
    return [] if error is None else str(error["message"]).splitlines()


def _said(exchange: Exchange) -> Iterator[str]:
    yield f"request  {exchange.sent.decode('utf-8', 'replace')}"
    answered = exchange.response or exchange.error
    if answered is not None:
        yield f"answer   {dumps(answered).decode()}"


class Allowance:
    """How many lines may be written: `BURST`, and `MORE` with each batch.

    Nobody reads thousands of lines, and making them would slow the server down.
    """

    def __init__(self, *, burst: int = BURST, more: int = MORE) -> None:
        self._burst = self._left = burst
        self._more = more

    def take(self, count: int) -> int:
        """How many of the `count` exchanges of a batch have lines of their own."""
        taken = min(count, self._left)
        self._left = min(self._left - taken + self._more, self._burst)
        return taken


def lines_of(batch: Sequence[tuple[str, Exchange]], write: Write, *, allowance: Allowance | None = None) -> str:
    """The lines of exchanges that have just ended, each with its API key: as many as are allowed, None for all."""
    time, most = local_time(), None if allowance is None else allowance.take(len(batch))
    lines = [_lines(write, Entry(time, key, exchange)) for key, exchange in batch[:most]]
    if len(lines) < len(batch):
        lines.append(f"{time} … and {len(batch) - len(lines)} more requests; --log-format json logs all of them\n")
    return "".join(lines)


def _lines(write: Write, entry: Entry) -> str:
    try:
        return write(entry)
    except Exception:  # noqa: BLE001 - a line that cannot be made must not end the log
        _log.exception("%s cannot be logged", entry.exchange)
        return ""


class MessageLog(logging.Handler):
    """Writes what the server says besides: of fixtures that changed, exchanges that were recorded, warnings, errors.

    A context; outside of it the messages go where the program that runs the server sends them.
    """

    def __init__(self, out: TextIO, *, as_json: bool) -> None:
        super().__init__()
        self._out = out
        self._as_json = as_json
        self._level_before = _log.level

    def emit(self, record: logging.LogRecord) -> None:
        """Write one message, with the traceback that it has."""
        text, time = self.format(record), local_time()
        fields = {"time": time, "level": record.levelname.lower(), "message": text}
        try:
            self._out.write(dumps(fields).decode() + "\n" if self._as_json else f"{time} {text}\n")
            self._out.flush()
        except (OSError, ValueError):  # nobody reads it any longer
            return

    def __enter__(self) -> Self:
        _log.addHandler(self)
        _log.setLevel(logging.INFO)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _log.removeHandler(self)
        _log.setLevel(self._level_before)


class RequestLog:
    """Writes the exchanges that it is called with; a context, which writes the rest when it is left.

    Of those that are not allowed lines of their own it writes how many there were; without an allowance all have one.
    """

    def __init__(self, out: TextIO, write: Write, *, allowance: Allowance | None = None) -> None:
        self._out = out
        self._write = write
        self._allowance = allowance
        self._waiting: deque[tuple[str, Exchange]] = deque()
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mockserver-log", daemon=True)

    def __call__(self, key: str, exchange: Exchange) -> None:
        """Log an exchange that has ended, of this API key; from any thread."""
        self._waiting.append((key, exchange))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._left.wait(BATCH_SECONDS):
                self._write_batch()
            self._write_batch()
        except (OSError, ValueError):  # nobody reads it any longer
            return

    def _write_batch(self) -> None:
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if lines := lines_of(batch, self._write, allowance=self._allowance):
            self._out.write(lines)
            self._out.flush()
