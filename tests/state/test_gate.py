"""Gates: which events they let out, to whom, and when."""

import asyncio
import threading

import pytest

from mockserver.state.gate import Gate
from tests.support.loop import wait_all_tasks_blocked

EVENTS = ("created", "in_progress", "delta", "delta", "done", "completed")


class Traveller:
    """A run that tells `EVENTS` through a gate."""

    def __init__(self, gate):
        self.passed = []
        self.task = asyncio.create_task(self._go(gate.cursor()))

    async def _go(self, cursor):
        for event_type in EVENTS:
            await cursor.wait_for(event_type)
            self.passed.append(event_type)


@pytest.fixture
async def travellers():
    """`travellers(gate, count)` starts runs that are stopped when the test ends."""
    started: list[Traveller] = []

    def start(gate, count=1):
        started.extend(Traveller(gate) for _ in range(count))
        return started[-count:]

    yield start
    for one in started:
        one.task.cancel()
    await asyncio.gather(*(one.task for one in started), return_exceptions=True)


async def test_gate_holds_every_event_until_it_is_told(travellers):
    (run,) = travellers(Gate())
    await wait_all_tasks_blocked()

    assert run.passed == []


@pytest.mark.parametrize(
    ("orders", "passed"),
    [
        pytest.param([("step",)], 1, id="a step"),
        pytest.param([("step", 3)], 3, id="three steps"),
        pytest.param([("step", 0), ("step",)], 1, id="no step, then one"),
        pytest.param([("step", 2), ("until", "delta")], 3, id="steps, then until"),
        pytest.param([("step", 10**18)], 6, id="more steps than there is time for"),
        pytest.param([("step",), ("step",)], 2, id="a step twice"),
        pytest.param([("until", "delta")], 3, id="until the next of a type, with it"),
        pytest.param([("until", "delta"), ("until", "delta")], 4, id="until the next after that"),
        pytest.param([("until", "done"), ("step",)], 6, id="until, then a step"),
        pytest.param([("until", "never")], 6, id="until a type that never comes"),
        pytest.param([("open",)], 6, id="open"),
        pytest.param([("step", 2), ("open",)], 6, id="steps, then open"),
    ],
)
async def test_orders_let_events_out(travellers, orders, passed):
    gate = Gate()
    (run,) = travellers(gate)
    for name, *arguments in orders:
        getattr(gate, name)(*arguments)
        await wait_all_tasks_blocked()

    assert run.passed == list(EVENTS[:passed])


async def test_orders_may_come_before_the_run(travellers):
    gate = Gate()
    gate.step(2)
    (run,) = travellers(gate)
    await wait_all_tasks_blocked()

    assert run.passed == ["created", "in_progress"]


async def test_every_run_carries_out_all_orders_by_itself(travellers):
    gate = Gate()
    early = travellers(gate, 2)
    gate.step(2)
    await wait_all_tasks_blocked()
    (late,) = travellers(gate)
    await wait_all_tasks_blocked()

    assert [run.passed for run in (*early, late)] == [["created", "in_progress"]] * 3


@pytest.fixture
def loop_elsewhere():
    """An event loop in a thread of its own, as a server has it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_orders_may_come_from_another_thread(loop_elsewhere):
    gate, arrived = Gate(), threading.Event()

    async def travel():
        cursor = gate.cursor()
        await cursor.wait_for("created")
        arrived.set()

    asyncio.run_coroutine_threadsafe(travel(), loop_elsewhere)
    asyncio.run_coroutine_threadsafe(wait_all_tasks_blocked(), loop_elsewhere).result()  # it waits now
    gate.step()

    assert arrived.wait(timeout=5)


def test_order_after_the_loop_of_a_run_has_ended_does_nothing():
    gate = Gate()

    async def held():
        run = Traveller(gate)
        await wait_all_tasks_blocked()
        run.task.cancel()
        await asyncio.gather(run.task, return_exceptions=True)

    asyncio.run(held())
    gate.open()
