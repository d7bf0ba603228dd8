"""The headers and the URL of a request, whose keys are not shown: reports of tests and logs of CI are public."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import unquote

from mockserver.spec.api_errors import masked

# `authorization`, `x-api-key`, `set-cookie`, `x-auth-token`, `cf-access-client-secret` and their like.
_SECRET_PARTS: Final = ("authorization", "api-key", "apikey", "cookie", "credential", "password", "secret", "token")


class Headers(dict[str, str]):
    """Headers by lowercase name. They are as they came; their `repr` has the values of secret ones masked."""

    def __repr__(self) -> str:
        return repr(shown_headers(self))


def shown_key(key: str) -> str:
    """An API key as people may see it: its ends; a short one, which has none to show, as stars and a digest."""
    stars = masked(key)
    return stars if stars.strip("*") else f"{stars} #{sha256(key.encode()).hexdigest()[:4]}"


def is_secret(name: str) -> bool:
    """Whether a header of this name, in lowercase, holds a key or the like."""
    return any(part in name for part in _SECRET_PARTS)


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as people may see them."""
    return {name: shown_header(value) if is_secret(name) else value for name, value in headers.items()}


def shown_target(target: str) -> str:
    """A path with its query as people may see it: the values of secret parameters, such as `api_key`, are masked."""
    path, mark, query = target.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    shown = (f"{name}{sign}{masked(value) if _is_secret_parameter(name) else value}" for name, sign, value in pairs)
    return f"{path}{mark}{'&'.join(shown)}"


def _is_secret_parameter(name: str) -> bool:
    return is_secret(unquote(name).lower().replace("_", "-"))


def shown_header(value: str) -> str:
    """The value of a secret header as people may see it: its scheme, and the ends of what follows."""
    scheme, space, rest = value.rpartition(" ")
    return f"{scheme}{space}{masked(rest)}"
