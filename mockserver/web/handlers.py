"""The endpoints, one short function each, and the table that names them."""

from mockserver import __version__
from mockserver.engine import Engine
from mockserver.model.finish import billed
from mockserver.spec.models import MODEL_SNAPSHOTS
from mockserver.web.call import Call, EventStream, JsonReply, Reply
from mockserver.web.routes import Route

MODELS_CREATED = 1_715_367_049  # the date that the real list has for gpt-4o


async def create_response(engine: Engine, call: Call) -> Reply:
    """`POST /v1/responses`."""
    run = engine.create(call.workspace, call.json(), raw=call.raw)
    if run.streamed:
        return EventStream(run=run, events=run.events()) if run.done else EventStream(run=run, batches=run.play())
    if not run.done:
        async for _ in run.play():
            pass
    return JsonReply(body=billed(run.final), limited=True)


async def list_models(_engine: Engine, _call: Call) -> Reply:
    """`GET /v1/models`: every name and snapshot that the server knows facts about."""
    names = sorted({*MODEL_SNAPSHOTS, *MODEL_SNAPSHOTS.values()})
    return JsonReply(body={"object": "list", "data": [_model(name) for name in names]})


async def retrieve_model(_engine: Engine, call: Call) -> Reply:
    """`GET /v1/models/{model}`: any name is a model here, as it is in a request."""
    return JsonReply(body=_model(call.params["model"]))


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": MODELS_CREATED, "owned_by": "system"}


async def health(_engine: Engine, _call: Call) -> Reply:
    """`GET /_mock/health`."""
    return JsonReply(body={"status": "ok", "version": __version__})


ROUTES = (
    Route(method="POST", path="/v1/responses", handler=create_response),
    Route(method="GET", path="/v1/models", handler=list_models),
    Route(method="GET", path="/v1/models/{model}", handler=retrieve_model),
    Route(method="GET", path="/_mock/health", handler=health, public=True),
)
