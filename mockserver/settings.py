"""The settings of a server, with the defaults; each field is an option of the command line as well."""

from dataclasses import Field, dataclass, field, fields
from typing import Any

from mockserver.errors import SettingsError

MAX_PORT = 65_535
MIB = 1 << 20
MAX_RECORDED = 64 * MIB
OPENAI = "openai"
_NOT_NEGATIVE = {
    "max_age": "0 (never) or a number of days",
    "client_timeout": "0 (never) or a number of seconds",
    "pace": "0 (at once) or a number of deltas per second",
    "speed": "0 (at once) or a factor above it",
}
ON_EXPIRY = ("warn", "fail", "record")
UNMATCHED = ("fail", "answer")
UNKNOWN_IDS = ("refuse", "synthesize")
UNKNOWN_PARAMETERS = ("refuse", "accept")
ANY = "any"
ENCRYPTED_CONTENT = (ANY, "own")


def setting(
    default: Any,
    text: str,
    *,
    option: str = "",
    metavar: str | None = None,
    choices: tuple[str, ...] | None = None,
    adds: bool = False,
) -> Any:
    """A field with its help text; `option` is its name on the command line where that is not the field's.

    What is stated for a field that `adds` is added to what the project configures, and does not replace it.
    """
    more = {"option": option, "metavar": metavar, "choices": choices, "adds": adds}
    return field(default=default, metadata={"text": text, **more})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one server. Raises: SettingsError for a value that cannot work."""

    host: str = setting("127.0.0.1", "address to listen on; loopback only unless changed")
    allow_host: tuple[str, ...] = setting(
        (),
        "name under which browsers and clients may use the control API, besides localhost, IP addresses and --host; "
        "repeatable",
        metavar="NAME",
    )
    port: int = setting(0, "port to listen on; 0 picks a free port")
    prefix: str = setting("", "path prefix of the API: /proxy to serve /proxy/v1/responses")
    tls: bool = setting(False, "serve HTTPS, with a certificate that is made for this run; needs the extra `tls`")  # noqa: FBT003
    certfile: str = setting("", "serve HTTPS with this certificate: a PEM file, which may hold the key", metavar="FILE")
    keyfile: str = setting("", "key of the certificate: a PEM file", metavar="FILE")
    api_keys: tuple[str, ...] = setting(
        (), "accepted API key; repeatable. Any key is accepted if omitted", option="api-key", metavar="KEY"
    )
    single_workspace: bool = setting(False, "one workspace for all API keys, instead of one for each")  # noqa: FBT003
    fixtures: tuple[str, ...] = setting(
        (),
        "fixture files or folders; their rules apply to every API key and are reloaded when the files change",
        metavar="PATH",
    )
    profile: str = setting(OPENAI, "provider to imitate: the name of a built-in profile, or the path of a profile file")
    replay: tuple[str, ...] = setting(
        (), "cassettes, or folders of cassettes, to replay for every API key", metavar="CASSETTE"
    )
    speed: float = setting(
        0.0, "replay speed: 1 for the recorded timing, 2 for twice as fast, 0 for no delays", metavar="FACTOR"
    )
    ignore: tuple[str, ...] = setting((), "paths in request bodies to ignore when matching recordings", metavar="PATH")
    redact: tuple[str, ...] = setting(
        (),
        "additional patterns to redact from recordings: regular expressions, `email` or `phone`",
        metavar="PATTERN",
        adds=True,
    )
    upstream: str = setting("", "base URL to forward requests to; record the exchanges in --cassette", metavar="URL")
    cassette: str = setting("", "cassette file to record to", metavar="FILE")
    unmatched: str = setting(
        "",
        "what to do with requests that no rule or recording matches: fail, or answer with the default response; if "
        "omitted, they fail if there are rules or recordings",
        choices=UNMATCHED,
    )
    pace: float = setting(0.0, "speed of streams without a pace of their own, in deltas per second; 0 for no delays")
    clock: str = setting(
        "frozen",
        "time stamps of objects: frozen starts at 2026-01-01 and advances a second per response; real is the system's "
        "time. Delays always take real time",
        choices=("frozen", "real"),
    )
    repeat: bool = setting(False, "reuse recordings after all that match have been used")  # noqa: FBT003
    order: bool = setting(False, "let recordings answer in their order if only the prompt differs")  # noqa: FBT003
    max_age: float = setting(0.0, "days after which a cassette is too old; 0 for never", metavar="DAYS")
    on_expiry: str = setting(
        "warn",
        "what to do with cassettes that are too old: warn, fail, or record them anew (where a test may record)",
        choices=ON_EXPIRY,
    )
    unknown_ids: str = setting(
        "refuse",
        "what to do with ids that were never created: refuse returns the API's error; synthesize returns a generated "
        "object, and uses a default model if a request has none",
        choices=UNKNOWN_IDS,
    )
    unknown_parameters: str = setting(
        "refuse",
        "what to do with parameters that the server does not know, at any depth of a request: refuse returns the API's "
        "error; accept ignores them, for clients that are newer than the server",
        choices=UNKNOWN_PARAMETERS,
    )
    encrypted_content: str = setting(
        ANY,
        "what encrypted content to accept in input items: own accepts only content that this server has returned for "
        "the API key; any also accepts content from elsewhere if it has the right form",
        choices=ENCRYPTED_CONTENT,
    )
    control_api: bool = setting(True, "serve the control API under /_mock/ (the health check is always served)")  # noqa: FBT003
    cors: bool = setting(False, "let pages of any origin use the API, with CORS headers and preflight requests")  # noqa: FBT003
    websocket: bool = setting(True, "accept WebSocket connections at GET /v1/responses; otherwise, they get a 426")  # noqa: FBT003
    body_limit: int = setting(64 * MIB, "maximum size of a request body; larger requests get a 413", metavar="BYTES")
    client_timeout: float = setting(
        300.0,
        "close a connection after this many seconds without a request, in the middle of one, or while the client does "
        "not read its reply; 0 for never",
        metavar="SECONDS",
    )
    max_workspaces: int = setting(
        1_000, "maximum number of API keys with state; the least recently used is dropped first"
    )
    max_responses: int = setting(10_000, "maximum number of stored responses per API key; the oldest are dropped first")
    max_conversations: int = setting(1_000, "maximum number of conversations per API key; the oldest are dropped first")
    max_requests: int = setting(10_000, "maximum number of journal entries per API key; the oldest are dropped first")
    max_bytes: int = setting(
        64 * MIB, "size limit per API key, separately for responses, conversations and journal", metavar="BYTES"
    )
    max_recorded: int = setting(
        MAX_RECORDED,
        "maximum size of an upstream's reply; a larger one is broken off and not recorded",
        metavar="BYTES",
    )
    seed: str = setting("", "seed of generated ids and texts; the same seed gives the same output")

    def __post_init__(self) -> None:
        for one in fields(self):
            check_setting(one.name, getattr(self, one.name))
        self._check_pairs()

    def _check_pairs(self) -> None:
        if bool(self.upstream) != bool(self.cassette):
            raise SettingsError(
                "upstream and cassette must be set together: where requests go, and where the exchanges are recorded."
            )
        if self.tls and self.certfile:
            raise SettingsError("tls makes a certificate, and certfile names one; expected only one of them.")
        if self.keyfile and not self.certfile:
            raise SettingsError("keyfile is the key of a certificate; expected a certfile as well.")


def check_setting(name: str, value: Any) -> None:
    """Whether a setting may have a value, whatever the others have. Raises: SettingsError."""
    one = _field(name)
    _check_kind(name, value, type(one.default))
    if (name.startswith("max_") and name not in _NOT_NEGATIVE) or name == "body_limit":
        _check_positive(name, value)
    if one.metadata["choices"]:
        check_choice(name, value)
    if name == "port" and not 0 <= value <= MAX_PORT:
        raise SettingsError(f"port is {value}; expected 0 (any free port) to {MAX_PORT}.")
    if name in _NOT_NEGATIVE and not value >= 0:
        raise SettingsError(f"{name} is {value}; expected {_NOT_NEGATIVE[name]}.")
    if name == "host" and not value.strip():
        raise SettingsError("host is empty, which would be every address of this machine; leave it out for 127.0.0.1.")
    if name == "prefix" and value and (not value.startswith("/") or value.endswith("/")):
        raise SettingsError(f"prefix is {value!r}; expected a path like '/proxy'.")
    if name == "api_keys" and any(not key.strip() for key in value):
        raise SettingsError("api_keys holds an empty key; leave the setting out to accept any key.")


def check_choice(name: str, value: str) -> None:
    """Whether a setting may have a value. Raises: SettingsError."""
    one = _field(name)
    if value not in {*one.metadata["choices"], one.default}:
        raise SettingsError(f"{name} is {value!r}; expected {' or '.join(one.metadata['choices'])}.")


def _field(name: str) -> "Field[Any]":
    return next(each for each in fields(Settings) if each.name == name)


def _check_kind(name: str, value: Any, kind: type) -> None:
    """Catch what would be taken for something else, such as a text for the list of its letters."""
    is_wrong = isinstance(value, str) if kind is tuple else kind in {int, float} and not isinstance(value, int | float)
    if is_wrong:
        raise SettingsError(f"{name} is {value!r}; expected {'a list of texts' if kind is tuple else 'a number'}.")


def _check_positive(name: str, value: int) -> None:
    if value < 1:
        raise SettingsError(f"{name} is {value}; expected at least 1.")
