"""Operations on an input that begin no response: count its tokens, compact it."""

from typing import Any

from mockserver.ids import UNSTORED, ObjectIds
from mockserver.model.compaction import compaction_object
from mockserver.model.request import CreateRequest, typed_items
from mockserver.model.tokens import input_tokens
from mockserver.request_reader import looked_up, partition_joined
from mockserver.space import Space


def count_input_tokens(space: Space, body: Any) -> dict[str, Any]:
    """Answer `POST /v1/responses/input_tokens`. Raises: ApiError."""
    request = _read(space, space.check_schema("responses.input_tokens", body), stored=True)
    return {"object": "response.input_tokens", "input_tokens": input_tokens(request)}


def compact(space: Space, body: Any, *, raw: bytes) -> dict[str, Any]:
    """Answer `POST /v1/responses/compact`. Raises: ApiError."""
    body = space.check_schema("responses.compact", body)
    request = _read(space, body, stored=False, raw=raw)
    ids = ObjectIds(
        space.seeds.draws(raw),
        unix_seconds=space.clock.epoch,
        partition=partition_joined(body),
        flag=UNSTORED,
        secret=space.secret,
    )
    return compaction_object(request, ids=ids, created_at=space.clock.now())


def _read(space: Space, body: dict[str, Any], *, stored: bool, raw: bytes = b"") -> CreateRequest:
    """The request with its history; items that it names are looked up as those of a request with this `store`."""
    history = space.history(body)
    items = looked_up(space, typed_items(body.get("input")), history, stored=stored).items
    return CreateRequest(body, history=history, items=items, raw=raw)
