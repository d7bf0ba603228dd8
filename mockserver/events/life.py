"""The life of a response, as data: its statuses, the events that announce them, and which calls each refuses.

`emit` opens a stream from it, a run moves through it when it is polled, the engine refuses calls by it. Nothing else
counts events or compares statuses.

Sources: recorded streams and errors (OBSERVED sections 4 and 9); the stream of a cancelled response is a secondary
source's.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Status(NamedTuple):
    """One status of a response."""

    event: str
    """The event that announces it."""
    then: tuple[str, ...] = ()
    """The statuses that may follow; none after the last one."""
    refuses: Mapping[str, str] = {}
    """Calls that are refused meanwhile, each with its error in `spec`'s table."""


_RUNNING = ("completed", "incomplete", "failed", "cancelled")
_IN_FLIGHT = {"delete": "delete_in_flight"}
_ENDED = {"cancel": "cancel_completed"}

LIFE: Mapping[str, Status] = {
    "queued": Status("response.queued", then=("in_progress", "cancelled"), refuses=_IN_FLIGHT),
    "in_progress": Status("response.in_progress", then=_RUNNING, refuses=_IN_FLIGHT),
    "completed": Status("response.completed", refuses=_ENDED),
    "incomplete": Status("response.incomplete", refuses=_ENDED),
    "failed": Status("response.failed", refuses=_ENDED),
    "cancelled": Status("response.failed"),  # cancelling it again answers it as it is
}

CREATED = "response.created"
"""The first event of a response; it has the status in which the response begins."""

BEGINNING: Mapping[bool, Sequence[str]] = {False: ("in_progress",), True: ("queued", "in_progress")}
"""The statuses that a response goes through before its output begins, by whether it is background work."""

STATUS_EVENTS = frozenset(status.event for status in LIFE.values())
FINAL_EVENT: Mapping[str, str] = {name: status.event for name, status in LIFE.items() if not status.then}
"""The event that ends a response, by its status."""
FINAL_EVENTS = frozenset(FINAL_EVENT.values())
"""Events after which nothing comes."""


def is_under_way(status: str | None) -> bool:
    """Whether a response with this status is going to get another one."""
    row = LIFE.get(status or "")
    return row is not None and bool(row.then)


def refusal(call: str, status: str | None) -> str | None:
    """The name of the error that refuses a call to a response with this status; None where nothing does."""
    row = LIFE.get(status or "")
    return row.refuses.get(call) if row else None
