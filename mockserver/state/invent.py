"""Objects for ids that were never created, for suites that were written against a stateless mock of the schema.

Such suites, the official SDKs' own generated tests among them, name ids like `resp_123`, leave out the model, and fill
in any value of the right type. Everything here follows from the id alone and nothing of it is kept: what was created on
this server is answered as always, and so is what was created and deleted.
"""

from collections.abc import Mapping
from typing import Any, Final

from mockserver.clock import FROZEN_AT
from mockserver.codec import compact
from mockserver.ids import Draws, ObjectIds
from mockserver.model.build import message
from mockserver.model.finish import finish, finished_item
from mockserver.model.inputs import stored_items
from mockserver.model.plan import Item, Plan
from mockserver.model.request import CreateRequest
from mockserver.spec.items import ITEMS
from mockserver.state.conversations import Conversation
from mockserver.state.responses import Record
from mockserver.state.run import Run
from mockserver.state.telling import Told

DEFAULTS: Final[Mapping[str, Any]] = {"model": "gpt-4o", "input": "Say hello."}
"""What a request to create a response is taken to say where it says nothing."""

PREFIXES: Final[Mapping[str, str]] = {"previous_response_id": "resp_", "conversation": "conv_"}
"""Ids that a request names, with the prefix that they get where they have none."""


def completed(body: Any) -> Any:
    """A body of `responses.create` with a model, an input, and ids of the right form.

    Of the two kinds of history only the conversation stays, where both are there.
    """
    if not isinstance(body, dict):
        return body
    found = dict(DEFAULTS) | {key: value for key, value in body.items() if value is not None or key not in DEFAULTS}
    if found.get("conversation"):
        found.pop("previous_response_id", None)
    for key, prefix in PREFIXES.items():
        named = found.get(key)
        if isinstance(named, str) and not named.startswith(prefix):
            found[key] = prefix + named
    return found


def response(response_id: str) -> Record:
    """A finished response that could have been streamed in the background."""
    request = CreateRequest(dict(DEFAULTS) | {"background": True, "stream": True}, raw=compact(DEFAULTS))
    ids = _ids(response_id)
    plan = Plan(output=[message("Hello.")], overrides={"id": response_id})
    final = finish(request, plan, ids=ids, created_at=FROZEN_AT, completed_at=FROZEN_AT)
    run = Run(Told(final), streamed=True, background=True)
    return Record(run, request, resolved=stored_items(request.items, ids), invented=True)


def conversation(conversation_id: str) -> Conversation:
    """A conversation with one message."""
    found = Conversation(conversation_id, created_at=FROZEN_AT, metadata={}, invented=True)
    said = [{"type": "message", "role": "user", "content": DEFAULTS["input"]}]
    found.append(stored_items(said, _ids(conversation_id), founders=True))
    return found


def item(item_id: str) -> Item:
    """A message; a reasoning item where the id says so. Other items need what only their maker knows."""
    said: Item = {"type": "reasoning"} if item_id.startswith(ITEMS["reasoning"].prefix) else message("Hello.")
    return finished_item({**said, "id": item_id}, _ids(item_id))


def _ids(object_id: str) -> ObjectIds:
    return ObjectIds(Draws(object_id.encode()), unix_seconds=FROZEN_AT)
