"""What most tests need: a running server, a workspace of their own on it, and clients of both kinds."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest
from hypothesis import settings

from mockserver import MockServer, Settings, Workspace
from mockserver.state.store import MakeStore, MemoryStore
from tests.support.bytes_store import BytesStore
from tests.support.http import Raw, Reply, send

SDK_TIMEOUT = 60.0  # seconds; its own 5 for connecting are too few on a machine that is busy with other things

# What pytest, the SDKs, aiohttp, and this package read of the environment: a suite that somebody starts in CI, behind a
# proxy, or with a key at hand has to give the results that it gives here.
OUTSIDE = ("CI", "BUILD_NUMBER", "FORCE_COLOR", "NO_COLOR", "PY_COLORS", "SSL_CERT_FILE", "SSL_CERT_DIR")
OUTSIDE_PREFIXES = ("OPENAI_", "AZURE_OPENAI_", "MOCKSERVER_")
OUTSIDE_SUFFIXES = ("_PROXY",)

settings.register_profile("repeatable", max_examples=50, deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def bare_environment() -> Iterator[None]:
    """Hide what of the environment of whoever runs the suite would change a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            known = name.upper()
            if known in OUTSIDE or known.startswith(OUTSIDE_PREFIXES) or known.endswith(OUTSIDE_SUFFIXES):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[MockServer]:
    """A server that all tests of a session share; what they do in a workspace of their own stays there."""
    with MockServer(Settings(max_workspaces=100_000)) as running:
        yield running


@pytest.fixture(scope="session", params=[MemoryStore, BytesStore], ids=["memory", "bytes"])
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    """What a workspace remembers has to be the same whether its store keeps objects or bytes."""
    made: MakeStore = request.param
    return made


@pytest.fixture(scope="session")
def store_server(make_store: MakeStore) -> Iterator[MockServer]:
    """A server with each kind of store, for the suites about what is remembered: it stands in for `server` there."""
    with MockServer(make_store=make_store) as running:
        yield running


@pytest.fixture
def workspace(server: MockServer) -> Iterator[Workspace]:
    """A workspace that only this test sees."""
    made = server.workspace()
    yield made
    server.discard(made)


@pytest.fixture
def raw(workspace: Workspace) -> Raw:
    """`raw(method, path, body=None, key=…, headers=…)` sends one request and gives the `Reply`."""

    def request(method: str, path: str, body: Any = None, **options: Any) -> Reply:
        return send(workspace.base_url, method, path, body, **{"key": workspace.api_key, **options})

    return request


@pytest.fixture(scope="session")
def shared_client() -> Iterator[openai.OpenAI]:
    """An SDK that speaks to no server; each test gives it its own."""
    with openai.OpenAI(
        base_url="http://127.0.0.1:9/v1", api_key="shared", max_retries=0, timeout=SDK_TIMEOUT
    ) as client:
        yield client


@pytest.fixture
def client(shared_client: openai.OpenAI, workspace: Workspace) -> openai.OpenAI:
    """The official SDK, blocking, in this test's workspace."""
    return shared_client.with_options(base_url=workspace.base_url, api_key=workspace.api_key)


@pytest.fixture
async def async_client(workspace: Workspace) -> AsyncIterator[openai.AsyncOpenAI]:
    """The official SDK, asynchronous, in this test's workspace."""
    transport = openai.DefaultAsyncHttpxClient(verify=False)  # reading certificates is slow, and not needed
    async with openai.AsyncOpenAI(
        base_url=workspace.base_url,
        api_key=workspace.api_key,
        max_retries=0,
        timeout=SDK_TIMEOUT,
        http_client=transport,
    ) as client:
        yield client
