"""The settings of a server, with the defaults; each field is an option of the command line as well."""

from dataclasses import dataclass, field, fields
from typing import Any

from mockserver.errors import SettingsError

MAX_PORT = 65_535
MIB = 1 << 20
OPENAI = "openai"
UNKNOWN_IDS = ("refuse", "synthesize")


def setting(
    default: Any, text: str, *, option: str = "", metavar: str | None = None, choices: tuple[str, ...] | None = None
) -> Any:
    """A field with its help text; `option` is its name on the command line where that is not the field's."""
    return field(default=default, metadata={"text": text, "option": option, "metavar": metavar, "choices": choices})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one server. Raises: SettingsError for a value that cannot work."""

    host: str = setting("127.0.0.1", "address to listen on; anything but loopback must be asked for")
    port: int = setting(0, "port to listen on, 0 for any free one")
    api_keys: tuple[str, ...] = setting(
        (), "a key that is good, may be given more than once; without it every key is", option="api-key", metavar="KEY"
    )
    fixtures: tuple[str, ...] = setting(
        (),
        "fixture files and folders: the script that every API key starts with, read again when they change",
        metavar="PATH",
    )
    profile: str = setting(OPENAI, "the provider to speak like: a built-in profile, or the path of your own file")
    replay: tuple[str, ...] = setting(
        (), "cassettes, and folders of them: the recorded session that every API key replays", metavar="CASSETTE"
    )
    speed: float = setting(
        0.0, "how fast recorded answers are told: 1 as recorded, 2 in half the time, 0 at once", metavar="FACTOR"
    )
    ignore: tuple[str, ...] = setting(
        (), "paths in request bodies that do not count when a recording is looked for", metavar="PATH"
    )
    redact: tuple[str, ...] = setting(
        (), "more that is a secret in recordings: regular expressions, or `email`", metavar="PATTERN"
    )
    upstream: str = setting("", "base URL to pass requests on to; what it answers is recorded", metavar="URL")
    cassette: str = setting("", "file that is recorded into", metavar="FILE")
    unknown_ids: str = setting(
        "refuse",
        "synthesize: ids that were never created are answered with a plausible object, a missing model gets a default",
        choices=UNKNOWN_IDS,
    )
    control_api: bool = setting(True, "whether /_mock/ answers (its health check always does)")  # noqa: FBT003
    body_limit: int = setting(64 * MIB, "largest request body, a larger one is answered 413", metavar="BYTES")
    max_workspaces: int = setting(1_000, "API keys that are remembered; the one not used for longest goes first")
    max_responses: int = setting(10_000, "stored responses per API key; the oldest go first")
    max_conversations: int = setting(1_000, "conversations per API key; the oldest go first")
    max_requests: int = setting(10_000, "requests remembered per API key; the oldest go first")
    max_bytes: int = setting(
        64 * MIB, "bytes per API key for responses, conversations and requests, each", metavar="BYTES"
    )
    seed: str = setting("", "another seed gives other ids and texts, equally repeatable")

    def __post_init__(self) -> None:
        if not 0 <= self.port <= MAX_PORT:
            raise SettingsError(f"port is {self.port}; expected 0 (any free port) to {MAX_PORT}.")
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name.startswith("max_") or one.name == "body_limit":
                _check_positive(one.name, value)
            if one.metadata["choices"] and value not in one.metadata["choices"]:
                raise SettingsError(f"{one.name} is {value!r}; expected {' or '.join(one.metadata['choices'])}.")
        if bool(self.upstream) != bool(self.cassette):
            raise SettingsError("upstream and cassette go together: where answers come from, and where they are kept.")
        if self.speed < 0:
            raise SettingsError(f"speed is {self.speed}; expected 0 (at once) or a factor above it.")
        if any(not key.strip() for key in self.api_keys):
            raise SettingsError("api_keys holds an empty key; leave the setting out to accept any key.")


def _check_positive(name: str, value: int) -> None:
    if value < 1:
        raise SettingsError(f"{name} is {value}; expected at least 1.")
