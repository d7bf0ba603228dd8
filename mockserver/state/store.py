"""What a workspace remembers, and within which bounds: an interface, and the store in memory that is its default.

All that several processes would have to share stands behind `Store`: values by id, counts, the journal. The store in
memory hands out the very objects that it was given; another one may keep bytes (`StoredResponse.dumps`).
"""

from collections.abc import Callable
from typing import Protocol

from mockserver.ids import Counts
from mockserver.settings import Settings
from mockserver.state.conversations import Conversation
from mockserver.state.journal import Journal
from mockserver.state.stored import StoredResponse
from mockserver.state.table import MemoryCounts, MemoryTable, Table


class Store(Protocol):
    """All that one workspace remembers."""

    responses: Table[StoredResponse]
    conversations: Table[Conversation]
    counts: Counts
    journal: Journal


class MakeStore(Protocol):
    """Makes the store of one workspace."""

    def __call__(self, settings: Settings, *, may_go: Callable[[str], bool], dropped: Callable[[str], None]) -> Store:
        """A store within the bounds of `settings`.

        `may_go` says which responses may go, `dropped` is called with each that went.
        """
        ...


class MemoryStore:
    """A store in memory."""

    def __init__(self, settings: Settings, *, may_go: Callable[[str], bool], dropped: Callable[[str], None]) -> None:
        self.responses: Table[StoredResponse] = MemoryTable(
            max_count=settings.max_responses, max_bytes=settings.max_bytes, may_go=may_go, dropped=dropped
        )
        self.conversations: Table[Conversation] = MemoryTable(
            max_count=settings.max_conversations, max_bytes=settings.max_bytes
        )
        self.counts: Counts = MemoryCounts()
        self.journal = Journal(max_count=settings.max_requests, max_bytes=settings.max_bytes)
