"""Names whose value is a secret: of JSON keys, headers, variables, parameters and form fields.

How sure a name is, and where it stands, say what the value has to look like. `{"password": "anything"}` holds a secret;
`password: choose a long one`, in a sentence, does not.
"""

from collections.abc import Container, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from mockserver.cassette.patterns import compiled
from mockserver.cassette.secret_values import Grade, grade, looks_like_password, masked

KIND = "secret by its name"


class NamePlace(IntEnum):
    """Where a name and its value stand."""

    CHANNEL = 0
    """What the wire has for secrets, too: the query of a request's own URL, the headers of an MCP tool."""
    FIELD = 1
    """A member of an object, a header, a variable, a field of a form."""
    QUERY = 2
    """The query of a URL in a text, or a form in a text."""
    QUOTED = 3
    """Code: `password = "…"`."""
    PROSE = 4
    """Anything else: `password: …`."""


class SecretName(NamedTuple):
    """Names that end alike, and the grade that makes a value of theirs a secret, in the order of `NamePlace`."""

    pattern: str
    """Of a whole name in lower case, its words separated by `_`."""
    grades: Sequence[Grade | None]
    """None where such a name says nothing."""


NONE = (None,) * len(NamePlace)
_T, _W, _P, _R = Grade.TEXT, Grade.WORD, Grade.PASSWORD, Grade.RANDOM

# The first row that matches counts. Sources: the parameters that OpenAI's document and the SDK call secret, the names
# of gitleaks' rule `generic-api-key`, and the variables that the vendors of `secret_shapes` have their keys read from.
SECRET_NAMES: Sequence[SecretName] = (
    # Words of language models and of lists, lengths and counts, public halves.
    SecretName(r"(?:.*_)?(?:max|min|next|prev|previous|page|continuation|sync|pad|eos|bos|unk|cls|mask)_token", NONE),
    SecretName(r"(?:.*_)?(?:public|primary|foreign|sort|partition|cache|idempotency)_key|x_amz_credential", NONE),
    # A cookie is a name and a value; a biscuit is none.
    SecretName(r"(?:.*_)?cookie2?", (_T, _T, _T, _P, _P)),
    SecretName(
        r"(?:.*_)?(?:authorization|(?:api|app|application)_?key|pass(?:word|wd|phrase|code)|pwd"
        r"|(?:access|refresh|auth|security|session|bearer|id|api|bot|deploy|personal_access)_?token"
        r"|(?:client|consumer|shared|signing|webhook|app|api|jwt|oauth)_?secret|secret_?(?:access_?)?key"
        r"|(?:private|signing|encryption|account|master|subscription|shared_access|access|auth|storage)_?key"
        r"|connection_?string)",
        (_T, _T, _T, _W, _P),
    ),
    SecretName(r"(?:.*_)?(?:secret|token|pass|credentials?)|_auth", (_T, _P, _W, _P, _P)),
    SecretName(r"key|sig|(?:x_\w+_)?signature", (_T, _R, _P, _R, _R)),
)

_VARIABLE = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
_VARIABLES: Sequence[SecretName] = (
    SecretName(r"(?:.*_)?(?:secret|token|pass)", (_T,) * 5),
    SecretName(r"(?:.*_)key", (_T, _R, _P, _R, _R)),
)
"""Variables of a process: `NPM_TOKEN` is surer than `token`."""


_WORDS = r"(?<=[a-z0-9])(?=[A-Z])|[\s.-]+"


@lru_cache(maxsize=1024)
def _grades(name: str) -> Sequence[Grade | None]:
    """What a value of this name has to look like, by place."""
    rows = (*SECRET_NAMES[:2], *_VARIABLES, *SECRET_NAMES[2:]) if compiled(_VARIABLE).fullmatch(name) else SECRET_NAMES
    words = compiled(_WORDS).sub("_", name).lower()
    return next((row.grades for row in rows if compiled(row.pattern).fullmatch(words)), NONE)


def is_secret(name: str, value: str, place: NamePlace = NamePlace.FIELD) -> bool:
    """Whether `value` is a secret because it has this name at this place."""
    wanted = _grades(name)[place]
    return wanted is not None and grade(value) >= wanted and (not _is_cookie(name) or "=" in value)


def _is_cookie(name: str) -> bool:
    return "cookie" in name.lower()


class Holder(NamedTuple):
    """A member of objects on OpenAI's wire that holds secrets under names of any kind."""

    beside: Sequence[str]
    """Of these names, the object has another one; empty for any object."""
    members: Sequence[str]
    """What is a secret in it, or in each object of its array; empty where that depends on name and value."""


# Source: the descriptions of `network_policy` and of the MCP tool in OpenAI's document.
HOLDERS: Mapping[str, Holder] = {
    "domain_secrets": Holder(beside=(), members=("value",)),
    "headers": Holder(beside=("server_label", "server_url", "connector_id"), members=()),
}
HARMLESS_HEADERS = frozenset(
    {
        *("accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-length"),
        *("content-type", "host", "mcp-protocol-version", "user-agent", "x-request-id"),
    }
)
"""Headers of MCP tools that stay."""


def holder_of(name: str, beside: Container[str]) -> Holder | None:
    """How a member holds secrets, if it does, by the names in the same object."""
    holder = HOLDERS.get(name)
    return holder if holder and (not holder.beside or any(other in beside for other in holder.beside)) else None


def is_held_secret(holder: Holder, name: str, value: str) -> bool:
    """Whether a member of what a holder holds is a secret."""
    if holder.members:
        return name in holder.members and not masked(value)
    if name.lower() in HARMLESS_HEADERS:
        return False
    return is_secret(name, value, NamePlace.CHANNEL) or any(looks_like_password(word) for word in value.split())
