"""The life of a connection: how old it may get, and that nothing is left of it."""

import asyncio
import gc
import json
import random
import weakref
from collections.abc import Callable

import pytest

from mockserver import ManualClock, MockServer, Pace, Settings, Workspace
from tests.support.bodies import ask
from tests.support.loop import wait_all_tasks_blocked
from tests.support.websocket import CLOSE, PING, PONG, ClosedError, WebSocket, frame_of, handshake

TOO_OLD = {
    "type": "error",
    "status": 400,
    "error": {
        "type": "invalid_request_error",
        "code": "websocket_connection_limit_reached",
        "message": (
            "Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue."
        ),
        "param": None,
    },
}


@pytest.fixture
def clock(workspace: Workspace) -> ManualClock:
    """The workspace's clock, which only the test moves on."""
    workspace.clock = made = ManualClock()
    return made


def test_idle_connection_is_closed_after_60_minutes(clock: ManualClock, connect: Callable[..., WebSocket]):
    socket = connect()
    socket.ask(ask())
    clock.advance(3599.9)
    assert socket.quiet()
    clock.advance(0.1)

    assert socket.event() == TOO_OLD
    with pytest.raises(ClosedError, match="1001"):
        socket.event()
    assert connect().ask(ask())[-1]["type"] == "response.completed"


def test_response_under_way_goes_on_and_the_next_is_refused(
    workspace: Workspace, clock: ManualClock, connect: Callable[..., WebSocket]
):
    socket = connect()
    gate = workspace.gates[workspace.hold()]
    socket.create(ask(), stream_id="a")
    gate.step()
    assert socket.event()["type"] == "response.created"
    clock.advance(3600)
    socket.create(ask(), stream_id="b")
    assert socket.event() == {**TOO_OLD, "stream_id": "b"}
    gate.open()
    assert [event["stream_id"] for event in socket.events()][-1] == "a"
    with pytest.raises(ClosedError, match="1001"):
        socket.event()
    assert [exchange.status for exchange in workspace.requests] == [200, 400]


def test_request_whose_turn_comes_too_late_is_refused(
    workspace: Workspace, clock: ManualClock, connect: Callable[..., WebSocket]
):
    workspace.pace = Pace(first=60)
    socket = connect()
    socket.create(ask())
    socket.create(ask())
    socket.send_frame(b"", opcode=PING)
    assert socket.frame().opcode == PONG  # both have been read
    workspace.wait_for()
    clock.advance(3700)

    assert socket.events()[-1]["type"] == "response.completed"
    assert socket.event() == TOO_OLD
    with pytest.raises(ClosedError, match="1001"):
        socket.event()


def test_client_that_has_gone_is_not_waited_for(clock: ManualClock, connect: Callable[..., WebSocket]):
    for _ in range(3):
        connect().reset()
    clock.advance(4000)

    assert connect().ask(ask())[-1]["type"] == "response.completed"


def test_server_that_stops_closes_its_sockets():
    with MockServer() as server:
        server.workspace("k").pace = Pace(first=60)
        idle, busy = (WebSocket(server.base_url, key="k") for _ in range(2))
        busy.create(ask())
    for socket in (idle, busy):
        with socket, pytest.raises(ClosedError) as closed:
            socket.event()
        assert closed.value.code == 1001  # on which SDKs connect again


# Nothing is left behind

KEYS = 20


async def opened_and_cut(server: MockServer, count: int, *, seed: int) -> None:
    """Open so many connections, and cut each at a moment that is drawn: before, while or after it is answered."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    few = asyncio.Semaphore(50)
    host, _, port = server.origin.removeprefix("http://").partition(":")

    async def one(number: int) -> None:
        async with few:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(handshake(host, key=f"key-{number % KEYS}"))
            if draw.random() < 0.95:
                await reader.readuntil(b"\r\n\r\n")
            sent = draw.randrange(4)
            for _ in range(sent):
                event = {"type": "response.create", "stream_id": draw.choice([None, "a", "b"]), **ask()}
                writer.write(frame_of(json.dumps(event).encode()))
            for _ in range(draw.randrange(3) if sent else 0):  # a response is longer than what is read of it
                await reader.read(draw.randrange(2000))
            if draw.random() < 0.3:
                writer.write(frame_of(b"\x03\xe8", opcode=CLOSE))
                writer.close()
            else:
                writer.transport.abort()

    await asyncio.gather(*(one(number) for number in range(count)))


@pytest.mark.parametrize(("count", "pace"), [(400, Pace()), (400, Pace(first=0.001, rate=1000))], ids=["now", "slow"])
async def test_nothing_is_left_of_sockets_that_are_cut(count: int, pace: Pace):
    before = asyncio.all_tasks()
    async with MockServer(Settings(max_workspaces=KEYS)) as server:
        spaces = []
        for number in range(KEYS):
            workspace = server.workspace(f"key-{number}", pace=pace)
            spaces.append(weakref.ref(workspace.space))
        await opened_and_cut(server, count, seed=18)
        await wait_all_tasks_blocked()
        running = [space.running for one in spaces if (space := one()) is not None]
        exchanges = sum(len(space.journal) for one in spaces if (space := one()) is not None)
        del space, workspace

        assert asyncio.all_tasks() == before
        assert server._app is not None
        assert not server._app._sockets
        assert exchanges > count / 2
        assert running == [{}] * KEYS
        assert server._runner is not None
        assert server._runner.server is not None
        assert server._runner.server.connections == []
        for number in range(KEYS):
            server.discard(server.workspace(f"key-{number}"))
        gc.collect()
        assert [one() for one in spaces] == [None] * KEYS
