"""The endpoints, one short function each, and the table that names them."""

from collections.abc import Mapping
from typing import Any

from mockserver import default, input_operations, runs
from mockserver.engine import Engine
from mockserver.responders import Answered
from mockserver.spec.checks.body import check_query
from mockserver.spec.models import MODEL_SNAPSHOTS
from mockserver.spec.operations import OPERATIONS
from mockserver.spec.websocket import CONNECT
from mockserver.web import websocket
from mockserver.web.context import EventStream, JsonReply, PassedOn, RequestContext, Upgrade, WebReply, json_reply
from mockserver.web.headers import LIMITED, PLAIN
from mockserver.web.refusals import RefusedError
from mockserver.web.routes import Handler, Route
from mockserver.web.sse import SseStream

MODELS_CREATED = 1_715_367_049  # the date that the real list has for gpt-4o


async def reply_to(answered: Answered) -> WebReply:
    """The reply that shows what became of a request: a run to its end, or as it goes. Raises: RefusedError."""
    run = answered.run
    if run is not None and not (run.done or run.streamed or run.background):
        try:
            async for _ in run.read():
                pass
        finally:
            run.leave()
    return _reply_to(answered)


def _reply_to(answered: Answered) -> WebReply:
    outcome, run, http, error, recorded, joined, _ = answered
    if error is not None:
        raise RefusedError(error, outcome)
    if http is not None:
        return PassedOn(http, outcome)
    assert run is not None  # noqa: S101 - one of the three is there
    head = None if recorded is None else recorded.head
    status = 200 if head is None else head.status
    if run.streamed:
        batches = None if run.done else run.read()
        return EventStream(SseStream(run), batches, outcome, run, head, joined, status)
    return JsonReply(run.body(), PLAIN if run.background else LIMITED, status, None, outcome, run, head, joined)


async def create_response(engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/responses`."""
    answered = context.answered = await engine.create(context.space, context.asked)
    if answered.run is not None and answered.run.done:
        return _reply_to(answered)
    return await reply_to(answered)


async def open_websocket(engine: Engine, context: RequestContext) -> Upgrade:
    """`GET /v1/responses`, which is there for WebSockets alone."""
    return websocket.upgrade(engine, context)


async def retrieve_response(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /v1/responses/{id}`, as JSON or as the stream that it was."""
    query = check_query("responses.retrieve", context.query)
    if query.get("stream"):
        run = runs.resumed(context.space, context.params["id"])
        after = query.get("starting_after", -1)
        return EventStream(SseStream(run, after=after), None if run.done else run.follow(after=after))
    return JsonReply(runs.retrieved(context.space, context.params["id"]).body())


async def delete_response(_engine: Engine, context: RequestContext) -> WebReply:
    """`DELETE /v1/responses/{id}`."""
    deleted = context.space.responses.delete(context.params["id"])
    if context.space.replay is not None:
        context.space.replay.deleted(context.asked.head.target)
    return json_reply(deleted)


async def cancel_response(engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/responses/{id}/cancel`."""
    return JsonReply(engine.cancel(context.space, context.params["id"]).body())


async def list_input_items(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /v1/responses/{id}/input_items`: the whole context, newest first."""
    query = check_query("responses.input_items.list", context.query)
    return json_reply(context.space.responses.list_input(context.params["id"], query))


async def count_input_tokens(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/responses/input_tokens`."""
    return json_reply(input_operations.count_input_tokens(context.space, context.json()))


async def compact_responses(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/responses/compact`."""
    return json_reply(input_operations.compact(context.space, context.json(), raw=context.raw), kind=LIMITED)


async def create_conversation(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/conversations`; the body may be empty."""
    body = context.json() if context.raw else {}
    body = context.space.check_schema("conversations.create", body)
    space = context.space
    created = space.conversations.create(
        body, draws=space.seeds.draws(context.raw), epoch=space.clock.epoch, created_at=space.clock.now()
    )
    return json_reply(created)


async def retrieve_conversation(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /v1/conversations/{id}`."""
    return json_reply(context.space.conversations.get(context.params["id"]).shown())


async def update_conversation(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/conversations/{id}`."""
    body = context.json()
    body = context.space.check_schema("conversations.update", body)
    return json_reply(context.space.conversations.update(context.params["id"], body))


async def delete_conversation(_engine: Engine, context: RequestContext) -> WebReply:
    """`DELETE /v1/conversations/{id}`."""
    return json_reply(context.space.conversations.delete(context.params["id"]))


async def create_items(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/conversations/{id}/items`."""
    body = context.json()
    body = context.space.check_schema("conversations.items.create", body)
    space = context.space
    draws = space.seeds.draws(context.asked.head.path.encode() + context.raw)
    return json_reply(space.conversations.add_items(context.params["id"], body, draws=draws, epoch=space.clock.epoch))


async def list_items(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /v1/conversations/{id}/items`."""
    query = check_query("conversations.items.list", context.query)
    return json_reply(context.space.conversations.list_items(context.params["id"], query))


async def retrieve_item(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /v1/conversations/{id}/items/{item}`."""
    query = check_query("conversations.items.retrieve", context.query)
    return json_reply(context.space.conversations.get_item(context.params["id"], context.params["item"], query))


async def delete_item(_engine: Engine, context: RequestContext) -> WebReply:
    """`DELETE /v1/conversations/{id}/items/{item}`."""
    return json_reply(context.space.conversations.delete_item(context.params["id"], context.params["item"]))


async def create_embeddings(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/embeddings`."""
    return json_reply(default.embed(context.json()), kind=LIMITED)


async def create_moderation(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /v1/moderations`."""
    draws = context.space.seeds.draws(context.raw)
    return json_reply(default.moderate(context.json(), draws=draws))


async def list_models(_engine: Engine, _context: RequestContext) -> WebReply:
    """`GET /v1/models`: every name and snapshot that the server knows facts about."""
    names = sorted({*MODEL_SNAPSHOTS, *MODEL_SNAPSHOTS.values()})
    return json_reply({"object": "list", "data": [_model(name) for name in names]})


async def retrieve_model(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /v1/models/{model}`: any name is a model here, as it is in a request."""
    return json_reply(_model(context.params["model"]))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": MODELS_CREATED, "owned_by": "system"}


HANDLERS: Mapping[str, Handler] = {
    "responses.create": create_response,
    CONNECT: open_websocket,
    "responses.input_tokens": count_input_tokens,
    "responses.compact": compact_responses,
    "responses.retrieve": retrieve_response,
    "responses.delete": delete_response,
    "responses.cancel": cancel_response,
    "responses.input_items.list": list_input_items,
    "conversations.create": create_conversation,
    "conversations.retrieve": retrieve_conversation,
    "conversations.update": update_conversation,
    "conversations.delete": delete_conversation,
    "conversations.items.create": create_items,
    "conversations.items.list": list_items,
    "conversations.items.retrieve": retrieve_item,
    "conversations.items.delete": delete_item,
    "embeddings.create": create_embeddings,
    "moderations.create": create_moderation,
    "models.list": list_models,
    "models.retrieve": retrieve_model,
}
ROUTES = tuple(Route(*where, HANDLERS[name], name) for name, where in OPERATIONS.items())
