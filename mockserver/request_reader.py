"""Reading requests to create a response: parse, check, join the history."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from mockserver.errors import ApiError, ScriptError
from mockserver.ids import Draws, ObjectIds, partition_of
from mockserver.model.inputs import stored_items
from mockserver.model.plan import Item
from mockserver.model.request import REFERRING, Asked, CheckedRequest, CreateRequest, conversation_id_of, typed_items
from mockserver.model.tokens import input_tokens
from mockserver.space import Space
from mockserver.spec.api_errors import api_error
from mockserver.spec.checks.body import check_schema, parse_body
from mockserver.spec.checks.unchecked import NOTHING, Unchecked
from mockserver.spec.checks.values import check_values
from mockserver.spec.multi_agent import FIELD, has_beta, wants_agents
from mockserver.state import synthetic
from mockserver.state.connection import Connection
from mockserver.state.encrypted_content import check_encrypted
from mockserver.state.input_checks import check_items
from mockserver.state.item_lookup import is_looked_up, is_reference, resolved
from mockserver.state.reasoning_pairs import check_reasoning, unaccompanied
from mockserver.state.repeats import LONGEST
from mockserver.state.tool_checks import check_tool_choice

_log = logging.getLogger("mockserver")

LARGE: Final = 256 * 1024
"""Bytes of a body that may take so long to read that nobody should wait for it."""
NOT_FOUND: Final = 404
NOT_ALONE: Final = ("background", "prompt")
"""Parameters of requests whose reading does not follow from their bytes alone."""
PREVIOUS_NOT_FOUND: Final = "previous_response_not_found"
KNOWN_ELSEWHERE: Final = frozenset({PREVIOUS_NOT_FOUND, "invalid_encrypted_content"})
"""Codes of what is wrong here alone: where the session began, all of it is known."""


def read(
    space: Space, asked: Asked, connection: Connection | None = None, body: dict[str, Any] | None = None
) -> CheckedRequest:
    """The request that was asked; one whose reading follows from its bytes alone is remembered.

    `connection` is the WebSocket that it came on, `body` what it says, where that is known.

    Raises: ApiError, the first fault in the order in which the real API checks.
    """
    body = _body(space, asked) if body is None else body
    unchecked = space.unchecked
    if FIELD in body:
        _check_beta(asked, body, unchecked)
    continues = any(map(body.get, REFERRING))
    unstored = body.get("background") and body.get("store") is False and not all(map(body.get, REFERRING))
    if unstored and unchecked.checks("combinations", "background"):
        raise api_error("background_unstored")
    history = space.history(body, connection) if continues else []
    if space.turns and conversation_id_of(body) in space.turns:
        raise api_error("conversation_locked")
    if body.get("prompt"):
        body = space.with_prompt(body)
    check_values(body, unchecked, warms_up=asked.head.warms_up)
    plain = not continues and isinstance(body.get("input"), str)
    found = LookedUp(typed_items(body.get("input")))
    if not plain:
        found = _joined(space, body, found.items, history)
    request = CreateRequest(body, history=history, items=found.items, head=asked.head, raw=asked.raw)
    if body.get("tool_choice") is not None and unchecked.checks("combinations", "tool_choice"):
        check_tool_choice(request)
    partition = None if plain else partition_joined(body)
    kept = found.items if found.changed else None
    if unchecked is not NOTHING and not plain:  # the bytes may have what could not be read
        kept = [item for item in found.items if _can_be_kept(item)]
    checked = CheckedRequest(request, partition=partition, stored_input=kept)
    if not (continues or found.by_store or any(map(body.get, NOT_ALONE))) and len(asked.raw) <= LONGEST:
        asked.checked = checked
        space.repeats.requests[asked.head, asked.sent] = asked
    return checked


def _can_be_kept(item: Item) -> bool:
    """Whether an item that OpenAI has not checked can be stored and listed."""
    try:
        stored_items([item], ObjectIds(Draws(b""), 0))
    except (AttributeError, KeyError, ScriptError, TypeError, ValueError) as error:
        _log.warning("An input item of type %r is answered, but not stored: %r", item.get("type"), error)
        return False
    return True


def _body(space: Space, asked: Asked) -> dict[str, Any]:
    """The body of a request, as far as it can be checked by itself. Raises: ApiError."""
    body = parse_body(asked.raw, content_type=asked.head.headers.get("content-type", ""))
    body = synthetic.body(body, defaults=synthetic.DEFAULTS) if space.synthesizes else body
    if asked.dialect is not None:
        asked.dialect.check_request()
    return space.check_schema("responses.create", body)


def _check_beta(asked: Asked, body: Mapping[str, Any], unchecked: Unchecked) -> None:
    """Refuse several agents to a client that does not ask for the beta. Raises: ApiError."""
    beta = not wants_agents(body) or has_beta(asked.head.headers, asked.head.query)
    if not beta and unchecked.checks("combinations", FIELD):
        raise api_error("multi_agent_without_beta")


async def read_request(
    space: Space, asked: Asked, connection: Connection | None = None
) -> tuple[CheckedRequest | None, ApiError | None]:
    """As `read_or_refuse`; what takes long is done in a thread, and needs nothing but the request. Raises: ApiError."""
    if len(asked.raw) < LARGE:
        return read_or_refuse(space, asked, connection)
    try:
        body = await asyncio.to_thread(_body, space, asked)
    except ApiError as error:
        return _refused(space, asked, error)
    checked, refused = read_or_refuse(space, asked, connection, body)
    if checked is not None and checked.prompt_tokens is None:
        checked.prompt_tokens = await asyncio.to_thread(input_tokens, checked.request)
    return checked, refused


def read_or_refuse(
    space: Space, asked: Asked, connection: Connection | None = None, body: dict[str, Any] | None = None
) -> tuple[CheckedRequest | None, ApiError | None]:
    """The request that was asked, or why it is refused. Raises: ApiError where no recording may answer it all the same.

    One that continues what is not stored here may have been recorded elsewhere: it is read without its history, for
    rules and recordings.
    """
    try:
        return read(space, asked, connection, body), None
    except ApiError as error:
        return _refused(space, asked, error)


def _refused(space: Space, asked: Asked, error: ApiError) -> tuple[CheckedRequest | None, ApiError]:
    if not space.is_recorded:
        raise error
    continues = error.code in KNOWN_ELSEWHERE or error.status == NOT_FOUND
    checked = read_leniently(asked) if continues else None
    if checked is not None and error.code == PREVIOUS_NOT_FOUND:
        known = checked.request.body["previous_response_id"] in space.responses  # it was deleted: no rule has it
        checked = None if known else checked
    return checked, error


def _joined(space: Space, body: Mapping[str, Any], items: list[Item], history: Sequence[Item]) -> "LookedUp":
    """The items of a request, with what is looked up for them, checked against each other and what came before.

    Under a profile that leaves this check out, only references are looked up.
    """
    stored = body.get("store") is not False
    if not space.unchecked.checks("combinations", "input"):
        wanted = {item["id"] for item in items if is_reference(item)}
        known = space.stored_items(wanted, history) if wanted else {}
        return LookedUp(resolved(items, known, stored=stored, which=is_reference), bool(wanted), bool(wanted))
    found = looked_up(space, items, history, stored=stored)
    check_items(history, found.items)
    alone = set(unaccompanied(found.items)) if space.reasoned else set()
    check_reasoning(history, found.items, space.pairs(alone))
    return found._replace(by_store=found.by_store or bool(alone))


class LookedUp(NamedTuple):
    """An input with what was looked up for it."""

    items: list[Item]
    changed: bool = False
    """Whether stored items stand for some of those that were sent."""
    by_store: bool = False
    """Whether it depends on what is stored."""


def looked_up(space: Space, items: list[Item], history: Sequence[Item], *, stored: bool) -> LookedUp:
    """An input with the stored items that it names, or sends back without what the service keeps of them.

    `stored` is the request's `store`. Raises: ApiError for an item that is not stored, for encrypted content that is
    not this API key's.
    """
    given_out = not space.synthesizes and check_encrypted(
        items, secret=space.secret, accepted=space.encrypted_content, journal=space.journal
    )
    wanted = {item["id"] for item in items if is_looked_up(item)}
    if wanted:
        items = resolved(items, space.stored_items(wanted, history), stored=stored)
    return LookedUp(items, changed=bool(wanted), by_store=bool(wanted) or given_out)


def read_leniently(asked: Asked) -> CheckedRequest | None:
    """A request that this server would refuse, as far as it can be read without its history; None where it cannot.

    A recording may answer it all the same: of a session that began elsewhere, for one.
    """
    try:
        body = parse_body(asked.raw, content_type="application/json")
        check_schema("responses.create", body, asked.unchecked.without_unknown)
    except ApiError:
        return None
    request = CreateRequest(body, head=asked.head, raw=asked.raw)
    return CheckedRequest(request, partition=None, stored_input=None)


def partition_joined(body: Mapping[str, Any]) -> str | None:
    """The partition that a response joins: that of its conversation, of the response before it, of an item sent again.

    Source: recorded; all 15 responses to input that held items of earlier ones, chained or not.
    """
    given = body.get("input")
    sent = [item.get("id") for item in given] if isinstance(given, list) else []
    joined = (partition_of(one) for one in (conversation_id_of(body), body.get("previous_response_id"), *sent) if one)
    return next((partition for partition in joined if partition), None)
