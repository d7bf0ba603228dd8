"""Clocks: stamps, and waiting that a test ends."""

import asyncio
import threading
import time
from typing import Any

from mockserver.clock import FROZEN_AT, FrozenClock, ManualClock, RealClock
from tests.support.loop import wait_all_tasks_blocked

WAIT = 3  # seconds after which something is taken for stuck


def test_frozen_clock_steps_one_second_per_stamp():
    clock = FrozenClock()

    assert [clock.now() for _ in range(3)] == [FROZEN_AT, FROZEN_AT + 1, FROZEN_AT + 2]
    assert clock.epoch == FROZEN_AT


def test_frozen_clock_starts_where_it_is_told():
    clock = FrozenClock(1_000)

    assert (clock.epoch, clock.now(), clock.now()) == (1_000, 1_000, 1_001)


def test_real_clock_tells_the_time():
    before = int(time.time())
    clock = RealClock()

    assert before <= clock.now() <= clock.epoch <= int(time.time()) + 1


async def test_deadline_that_has_passed_is_not_waited_for():
    for clock in (RealClock(), FrozenClock(), ManualClock()):
        async with asyncio.timeout(WAIT):
            await clock.sleep_until(clock.elapsed() - 1)


async def test_real_clock_waits_until_the_deadline():
    clock = RealClock()
    deadline = clock.elapsed() + 0.005
    await clock.sleep_until(deadline)

    assert clock.elapsed() >= deadline


async def test_manual_clock_wakes_sleepers_in_the_order_of_their_deadlines():
    clock, woken = ManualClock(), []

    async def sleep(deadline):
        await clock.sleep_until(deadline)
        woken.append(deadline)

    async with asyncio.timeout(WAIT), asyncio.TaskGroup() as tasks:
        for deadline in (3, 1, 2, 9):
            tasks.create_task(sleep(deadline))
        await wait_all_tasks_blocked()
        assert woken == []
        clock.advance(2.5)
        await wait_all_tasks_blocked()
        assert woken == [1, 2]
        clock.advance(10)

    assert woken == [1, 2, 3, 9]
    assert clock.elapsed() == 12.5


async def test_manual_clock_may_be_advanced_from_another_thread():
    clock = ManualClock()
    sleeper = asyncio.create_task(clock.sleep_until(1))
    await wait_all_tasks_blocked()
    thread = threading.Thread(target=clock.advance, args=[1])
    thread.start()
    await asyncio.wait_for(sleeper, WAIT)
    thread.join()


async def test_sleeper_that_was_cancelled_does_not_disturb_the_clock():
    clock = ManualClock()
    sleeper = asyncio.create_task(clock.sleep_until(1))
    await wait_all_tasks_blocked()
    sleeper.cancel()
    await asyncio.wait([sleeper], timeout=WAIT)
    clock.advance(1)
    await wait_all_tasks_blocked()

    assert sleeper.cancelled()
    assert clock.elapsed() == 1


async def test_sleeper_that_was_cancelled_leaves_no_timer():
    clock = RealClock()
    sleeper = asyncio.create_task(clock.sleep_until(clock.elapsed() + 60))
    await wait_all_tasks_blocked()
    sleeper.cancel()
    await asyncio.wait([sleeper], timeout=WAIT)
    loop: Any = asyncio.get_running_loop()
    assert [timer for timer in loop._scheduled if not timer.cancelled()] == []
