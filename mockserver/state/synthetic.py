"""Objects for ids that were never created, for suites that were written against a stateless mock of the schema.

Such suites, the official SDKs' own generated tests among them, name ids like `resp_123`, leave out the model, and fill
in any value of the right type. Everything here follows from the id alone and nothing of it is kept: what was created on
this server is answered as always, and so is what was created and deleted.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from mockserver.clock import FROZEN_AT
from mockserver.codec import dumps
from mockserver.ids import Draws, ObjectIds
from mockserver.model.build import message
from mockserver.model.finish import finish, finished_item
from mockserver.model.inputs import stored_items
from mockserver.model.plan import Item, Plan
from mockserver.model.request import CreateRequest, Delivery
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.state.conversations import Conversation
from mockserver.state.rendering import EmittedRendering
from mockserver.state.stored import StoredResponse

DEFAULTS: Final[Mapping[str, Any]] = {"model": "gpt-4o", "input": "Say hello."}
"""What a request to create a response is taken to say where it says nothing."""

PREFIXES: Final[Mapping[str, str]] = {"previous_response_id": "resp_", "conversation": "conv_"}
"""Ids that a request names, with the prefix that they get where they have none."""

IsPlaceholder: TypeAlias = Callable[[dict[str, Any]], bool]


def _is_untyped(schema: Any) -> bool:
    return isinstance(schema, dict) and bool(schema) and "type" not in schema


PLACEHOLDERS: Final[Mapping[str, Mapping[str, IsPlaceholder]]] = {
    # key of the body that holds the object ("" is the body itself): field -> when it is a placeholder
    "": {
        "max_tool_calls": lambda body: body["max_tool_calls"] == 0,
        "previous_response_id": lambda body: bool(body.get("conversation")),
    },
    "reasoning": {"generate_summary": lambda _: True},
    "input": {"phase": lambda item: item.get("role") == "user"},
    "items": {"phase": lambda item: item.get("role") == "user"},
    "tools": {"strict": lambda tool: _is_untyped(tool.get("parameters"))},
}
"""Values of the right type that the SDKs' generated tests send and the wire refuses; they are taken as left out."""

NO_LIMIT: Final = ("limit", "0")
"""A placeholder in a query, taken as left out."""


def body(given: Any, *, defaults: Mapping[str, Any] | None = None) -> Any:
    """A request's body without placeholders, with ids of the right form, and with `defaults`."""
    if not isinstance(given, dict):
        return given
    defaults = defaults or {}
    found = dict(defaults) | {key: value for key, value in given.items() if value is not None or key not in defaults}
    for key, fields in PLACEHOLDERS.items():
        if key == "":
            found = _without(found, fields)
        elif isinstance(found.get(key), dict):
            found[key] = _without(found[key], fields)
        elif isinstance(found.get(key), list):
            found[key] = [_without(one, fields) if isinstance(one, dict) else one for one in found[key]]
    for key, prefix in PREFIXES.items():
        named = found.get(key)
        if isinstance(named, str) and not named.startswith(prefix):
            found[key] = prefix + named
    return found


def _without(owner: dict[str, Any], fields: Mapping[str, IsPlaceholder]) -> dict[str, Any]:
    return {key: value for key, value in owner.items() if key not in fields or not fields[key](owner)}


def query(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A query without placeholders."""
    return [pair for pair in pairs if pair != NO_LIMIT]


def response(response_id: str) -> StoredResponse:
    """A finished response that could have been streamed in the background."""
    request = CreateRequest(dict(DEFAULTS) | {"background": True, "stream": True}, raw=dumps(DEFAULTS))
    ids = _ids(response_id)
    plan = Plan(output=[message("Hello.")], overrides={"id": response_id})
    final = finish(request, plan, ids=ids, created_at=FROZEN_AT, completed_at=FROZEN_AT)
    return StoredResponse(
        response_id,
        request.raw,
        EmittedRendering(final, streamed=True),
        Delivery(streamed=True, background=True),
        items=stored_items(request.items, ids),
        synthetic=True,
        sent=request.raw,
    )


def conversation(conversation_id: str) -> Conversation:
    """A conversation with one message."""
    found = Conversation(conversation_id, created_at=FROZEN_AT, metadata={}, synthetic=True)
    said = [{"type": "message", "role": "user", "content": DEFAULTS["input"]}]
    found.append(stored_items(said, _ids(conversation_id), root_ids=True))
    return found


def item(item_id: str) -> Item:
    """A message; a reasoning item where the id says so. Other items need what only their maker knows."""
    said: Item = {"type": "reasoning"} if item_id.startswith(ITEM_TYPES["reasoning"].prefix) else message("Hello.")
    return finished_item({**said, "id": item_id}, _ids(item_id))


def _ids(object_id: str) -> ObjectIds:
    return ObjectIds(Draws(object_id.encode()), unix_seconds=FROZEN_AT)
