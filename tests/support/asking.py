"""Requests as the engine and the script get them, without a socket."""

from collections.abc import Mapping
from typing import Any, Final

from mockserver import Workspace
from mockserver.codec import dumps
from mockserver.engine import Engine
from mockserver.model.request import Asked, CheckedRequest, CreateRequest, RequestHead
from mockserver.responders import Answered
from mockserver.settings import Settings
from mockserver.space import Space
from mockserver.state.run import Run
from mockserver.state.store import MakeStore, MemoryStore

HEAD: Final = RequestHead("POST", "/v1/responses", headers={"content-type": "application/json"}, creates=True)


def workspace_apart(settings: Settings | None = None, *, make_store: MakeStore = MemoryStore) -> Workspace:
    """A workspace on no server."""
    return Workspace(Space(api_key="apart", settings=settings, make_store=make_store))


async def create(workspace: Workspace, engine: Engine, body: Mapping[str, Any]) -> Answered:
    """The answer to one request, which is found again where its bytes are remembered, as the server does it."""
    space, raw = workspace.space, dumps(body)
    asked = space.repeats.requests.get((HEAD, raw)) or Asked(HEAD, raw)
    return await engine.create(space, asked)


async def run_of(workspace: Workspace, engine: Engine, body: Mapping[str, Any]) -> Run:
    """The run that answers one request."""
    run = (await create(workspace, engine, body)).run
    assert run is not None
    return run


def checked(request: CreateRequest) -> CheckedRequest:
    """A request that has passed all checks and goes on from none."""
    return CheckedRequest(request, partition=None, stored_input=None)


def repeated(request: CreateRequest) -> tuple[Asked, CheckedRequest]:
    """A request that has come before, and is remembered."""
    asked = Asked(HEAD)
    asked.checked, asked.repeated = checked(request), True
    return asked, asked.checked
