"""`${faker.address(locale=de_DE)}`: texts that Faker makes up, the same for the same request.

Faker is an extra: nothing but these placeholders needs it.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident
from typing import Any

import orjson

from mockserver.authoring.diagnostics import problem
from mockserver.errors import ScriptError
from mockserver.ids import Draws, fingerprint
from mockserver.model.request import CreateRequest

LOCALE = "en_US"

_CALL = re.compile(r"(\w+)(?:\((.*)\))?", re.DOTALL)
_ARGUMENT = re.compile(r"""\s*(\w+)\s*=\s*("[^"]*"|'[^']*'|[^,"']*?)\s*(?:,|$)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class FakerCall:
    """One method of Faker with its arguments."""

    method: str
    locale: str
    arguments: Mapping[str, Any]


def faker_call(written: str) -> FakerCall:
    """`address(locale=de_DE)` as a call.

    Raises: ProblemError for what is not a call.
    """
    found = _CALL.fullmatch(written)
    if not found:
        raise problem(f"'{written}' is not a call of Faker; expected 'address' or 'address(locale=de_DE)'.")
    arguments = _arguments(found[2] or "", written)
    locale = str(arguments.pop("locale", LOCALE))
    return FakerCall(method=found[1], locale=locale, arguments=arguments)


def _arguments(written: str, call: str) -> dict[str, Any]:
    read: dict[str, Any] = {}
    position = 0
    while position < len(written):
        found = _ARGUMENT.match(written, position)
        if not found:
            raise problem(f"'{call}' has arguments that cannot be read; expected 'name=value, name=value'.")
        read[found[1]] = _value(found[2])
        position = found.end()
    return read


def _value(written: str) -> Any:
    """A value as JSON has it; anything else is text."""
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError:
        return written.strip("'")


def read_fake(written: str) -> Callable[[CreateRequest], Any]:
    """What makes up a text for a request. It is tried once, so that errors are raised when the script is read.

    Raises: ProblemError; ScriptError where Faker is not installed.
    """
    call = faker_call(written)
    _fake(call, seed=0)
    return lambda request: _fake(call, seed=_seed(request, written))


def _seed(request: CreateRequest, written: str) -> int:
    """A seed of the request and the call alone: a text is equal wherever it stands in a reply, streamed or not."""
    return Draws(fingerprint(request.content + written.encode())).index(1 << 32)


def _fake(call: FakerCall, *, seed: int) -> Any:
    faker = _faker(call.locale, get_ident())
    if call.method not in _methods(call.locale):
        near = difflib.get_close_matches(call.method, _methods(call.locale), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise problem(f"Faker has no method '{call.method}'.{hint}")
    faker.seed_instance(seed)
    try:
        value = getattr(faker, call.method)(**call.arguments)
    except Exception as error:
        raise problem(f"Faker's {call.method} raised {error!r}.") from error
    if isinstance(value, bytes):
        raise problem(f"Faker's {call.method} gives bytes, which are not text.")
    return value if isinstance(value, str | int | float | list | dict | None) else str(value)


@lru_cache(maxsize=64)
def _faker(locale: str, thread: int) -> Any:  # noqa: ARG001 - it is seeded before each use, so threads must not share one
    try:
        from faker import Faker  # noqa: PLC0415 - an extra, and importing it takes a fifth of a second
    except ImportError as error:
        raise ScriptError(
            "'${faker.…}' needs Faker, which is not installed: pip install 'responses-mockserver[faker]'."
        ) from error
    try:
        return Faker(locale)
    except AttributeError as error:
        raise problem(f"'{locale}' is not a locale of Faker.") from error


@lru_cache(maxsize=64)
def _methods(locale: str) -> frozenset[str]:
    """What the providers of a locale can make."""
    providers = _faker(locale, get_ident()).get_providers()
    names = ((provider, name) for provider in providers for name in dir(provider) if not name.startswith("_"))
    return frozenset(name for provider, name in names if callable(getattr(provider, name)))
