"""A workspace: everything that one API key can see."""

from mockserver.clock import Clock, FrozenClock
from mockserver.ids import Mint
from mockserver.settings import Settings
from mockserver.state.conversations import Conversation, Conversations
from mockserver.state.responses import Record, Responses
from mockserver.state.store import MemoryStore


class Workspace:
    """What one API key can see on one server. Tests that use different keys never see each other's."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "",
        settings: Settings | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.api_key = api_key
        self.base_url = base_url
        self.settings = settings or Settings()
        self.clock: Clock = clock or FrozenClock()
        self.mint = Mint(self.settings.seed.encode())
        self.responses = Responses(
            MemoryStore[Record](
                max_count=self.settings.max_responses,
                max_bytes=self.settings.max_bytes,
                keeps=lambda record: not record.done,
            )
        )
        self.conversations = Conversations(
            MemoryStore[Conversation](
                max_count=self.settings.max_conversations,
                max_bytes=self.settings.max_bytes,
            )
        )
