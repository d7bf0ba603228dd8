"""The endpoints, one short function each, and the table that names them."""

from typing import Any

from mockserver.engine import Answered, Engine
from mockserver.spec.checks.body import check_query, check_schema
from mockserver.spec.models import MODEL_SNAPSHOTS
from mockserver.web.call import Call, EventStream, JsonReply, PassedOn, RefusedError, WebReply, json_reply
from mockserver.web.headers import LIMITED, PLAIN
from mockserver.web.routes import Route
from mockserver.web.sse import SseStream

MODELS_CREATED = 1_715_367_049  # the date that the real list has for gpt-4o


async def reply_to(answered: Answered) -> WebReply:
    """The reply that tells what became of a request: a run to its end, or as it goes. Raises: RefusedError."""
    outcome, run, http, error, recorded, joined = answered
    if error is not None:
        raise RefusedError(error, outcome)
    if http is not None:
        return PassedOn(http, outcome)
    assert run is not None  # noqa: S101 - one of the three is there
    head = None if recorded is None else recorded.head
    status = 200 if head is None else head.status
    if run.streamed:
        follows = run.background or run.live
        batches = None if run.done else run.follow() if follows else run.play()
        return EventStream(SseStream(run), batches, outcome, run, head, joined, status)
    if not run.done and not run.background:
        try:
            async for _ in run.follow() if run.live else run.play():
                pass
        finally:
            run.leave()
    kind = PLAIN if run.background else LIMITED
    return JsonReply(run.rendering.body() if run.done else run.body(), kind, status, None, outcome, run, head, joined)


async def create_response(engine: Engine, call: Call) -> WebReply:
    """`POST /v1/responses`."""
    call.answered = await engine.create(call.space, call.asked)
    return await reply_to(call.answered)


async def retrieve_response(engine: Engine, call: Call) -> WebReply:
    """`GET /v1/responses/{id}`, as JSON or as the stream that it was."""
    query = check_query("responses.retrieve", call.query)
    if query.get("stream"):
        run = engine.resume(call.space, call.params["id"])
        after = query.get("starting_after", -1)
        return EventStream(SseStream(run, after=after), None if run.done else run.follow(after=after))
    return JsonReply(engine.retrieve(call.space, call.params["id"]).body())


async def delete_response(_engine: Engine, call: Call) -> WebReply:
    """`DELETE /v1/responses/{id}`."""
    return json_reply(call.space.responses.delete(call.params["id"]))


async def cancel_response(engine: Engine, call: Call) -> WebReply:
    """`POST /v1/responses/{id}/cancel`."""
    return JsonReply(engine.cancel(call.space, call.params["id"]).body())


async def list_input_items(_engine: Engine, call: Call) -> WebReply:
    """`GET /v1/responses/{id}/input_items`: the whole context, newest first."""
    query = check_query("responses.input_items.list", call.query)
    return json_reply(call.space.responses.list_input(call.params["id"], query))


async def count_input_tokens(engine: Engine, call: Call) -> WebReply:
    """`POST /v1/responses/input_tokens`."""
    return json_reply(engine.count_input_tokens(call.space, call.json()))


async def compact_responses(engine: Engine, call: Call) -> WebReply:
    """`POST /v1/responses/compact`."""
    return json_reply(engine.compact(call.space, call.json(), raw=call.raw), kind=LIMITED)


async def create_conversation(_engine: Engine, call: Call) -> WebReply:
    """`POST /v1/conversations`; the body may be empty."""
    body = call.json() if call.raw else {}
    check_schema("conversations.create", body)
    space = call.space
    created = space.conversations.create(
        body, draws=space.seeds.draws(call.raw), epoch=space.clock.epoch, created_at=space.clock.now()
    )
    return json_reply(created)


async def retrieve_conversation(_engine: Engine, call: Call) -> WebReply:
    """`GET /v1/conversations/{id}`."""
    return json_reply(call.space.conversations.get(call.params["id"]).shown())


async def update_conversation(_engine: Engine, call: Call) -> WebReply:
    """`POST /v1/conversations/{id}`."""
    body = call.json()
    check_schema("conversations.update", body)
    return json_reply(call.space.conversations.update(call.params["id"], body))


async def delete_conversation(_engine: Engine, call: Call) -> WebReply:
    """`DELETE /v1/conversations/{id}`."""
    return json_reply(call.space.conversations.delete(call.params["id"]))


async def create_items(_engine: Engine, call: Call) -> WebReply:
    """`POST /v1/conversations/{id}/items`."""
    body = call.json()
    check_schema("conversations.items.create", body)
    space = call.space
    draws = space.seeds.draws(call.asked.head.path.encode() + call.raw)
    return json_reply(space.conversations.add_items(call.params["id"], body, draws=draws, epoch=space.clock.epoch))


async def list_items(_engine: Engine, call: Call) -> WebReply:
    """`GET /v1/conversations/{id}/items`."""
    query = check_query("conversations.items.list", call.query)
    return json_reply(call.space.conversations.list_items(call.params["id"], query))


async def retrieve_item(_engine: Engine, call: Call) -> WebReply:
    """`GET /v1/conversations/{id}/items/{item}`."""
    query = check_query("conversations.items.retrieve", call.query)
    return json_reply(call.space.conversations.get_item(call.params["id"], call.params["item"], query))


async def delete_item(_engine: Engine, call: Call) -> WebReply:
    """`DELETE /v1/conversations/{id}/items/{item}`."""
    return json_reply(call.space.conversations.delete_item(call.params["id"], call.params["item"]))


async def list_models(_engine: Engine, _call: Call) -> WebReply:
    """`GET /v1/models`: every name and snapshot that the server knows facts about."""
    names = sorted({*MODEL_SNAPSHOTS, *MODEL_SNAPSHOTS.values()})
    return json_reply({"object": "list", "data": [_model(name) for name in names]})


async def retrieve_model(_engine: Engine, call: Call) -> WebReply:
    """`GET /v1/models/{model}`: any name is a model here, as it is in a request."""
    return json_reply(_model(call.params["model"]))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": MODELS_CREATED, "owned_by": "system"}


ROUTES = (
    Route("POST", "/v1/responses", create_response, creates=True),
    Route("POST", "/v1/responses/input_tokens", count_input_tokens),
    Route("POST", "/v1/responses/compact", compact_responses),
    Route("GET", "/v1/responses/{id}", retrieve_response),
    Route("DELETE", "/v1/responses/{id}", delete_response),
    Route("POST", "/v1/responses/{id}/cancel", cancel_response),
    Route("GET", "/v1/responses/{id}/input_items", list_input_items),
    Route("POST", "/v1/conversations", create_conversation),
    Route("GET", "/v1/conversations/{id}", retrieve_conversation),
    Route("POST", "/v1/conversations/{id}", update_conversation),
    Route("DELETE", "/v1/conversations/{id}", delete_conversation),
    Route("POST", "/v1/conversations/{id}/items", create_items),
    Route("GET", "/v1/conversations/{id}/items", list_items),
    Route("GET", "/v1/conversations/{id}/items/{item}", retrieve_item),
    Route("DELETE", "/v1/conversations/{id}/items/{item}", delete_item),
    Route("GET", "/v1/models", list_models),
    Route("GET", "/v1/models/{model}", retrieve_model),
)
