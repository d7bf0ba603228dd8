"""What a server can be told, with the defaults; each field is an option of the command line."""

from dataclasses import dataclass

from mockserver.errors import SettingsError

MAX_PORT = 65_535
MIB = 1 << 20
UNKNOWN_IDS = ("refuse", "invent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one server. Raises: SettingsError for a value that cannot work."""

    host: str = "127.0.0.1"
    """Address to listen on; anything but loopback must be asked for."""
    port: int = 0
    """Port to listen on; 0 picks a free one."""
    api_keys: tuple[str, ...] = ()
    """The keys that are good; empty: any non-empty key is."""
    body_limit: int = 64 * MIB
    """Largest request body in bytes; a larger one is answered 413."""
    max_responses: int = 10_000
    """Stored responses a workspace keeps; beyond it the oldest go."""
    max_conversations: int = 1_000
    """Conversations a workspace keeps; beyond it the oldest go."""
    max_requests: int = 10_000
    """Requests a workspace remembers; beyond it the oldest go."""
    max_bytes: int = 64 * MIB
    """Bytes that a workspace's stored responses may take, its conversations and its requests likewise."""
    unknown_ids: str = "refuse"
    """`invent`: ids that were never created are answered with a plausible object, a missing model gets a default."""
    fixtures: tuple[str, ...] = ()
    """Fixture files and folders: the script that every workspace starts with; read again when they change."""
    control_api: bool = True
    """Whether `/_mock/` answers, health aside, which always does."""
    seed: str = ""
    """Another seed gives other ids and texts, equally repeatable."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= MAX_PORT:
            raise SettingsError(f"port is {self.port}; expected 0 (any free port) to {MAX_PORT}.")
        if self.body_limit < 1:
            raise SettingsError(f"body_limit is {self.body_limit}; expected a number of bytes of at least 1.")
        for name in ("max_responses", "max_conversations", "max_requests", "max_bytes"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} is {getattr(self, name)}; expected at least 1.")
        if self.unknown_ids not in UNKNOWN_IDS:
            raise SettingsError(f"unknown_ids is {self.unknown_ids!r}; expected one of {', '.join(UNKNOWN_IDS)}.")
        if any(not key.strip() for key in self.api_keys):
            raise SettingsError("api_keys holds an empty key; leave the setting out to accept any key.")
