"""What agents of one response wait for: the outputs of their calls, which their client injects meanwhile."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.events.steps import ITEM_ADDED, ITEM_DONE
from mockserver.model.client_work import required_input
from mockserver.model.plan import Event, Item
from mockserver.spec.multi_agent import AGENT
from mockserver.state.gate import Gate


class AwaitedOutputs:
    """Holds back what an agent says after its calls, until all of them have their outputs.

    Calls that follow each other do not wait, and no agent waits for another one's outputs.
    """

    def __init__(self, events: Sequence[Event], *, gate: Gate | None) -> None:
        self._calls, self._awaited = _calls_in(events)
        self._cursor = gate.cursor() if gate else None
        self._shown = 0
        self._changed = asyncio.Event()
        self.given: list[Item] = []
        """The outputs that have come."""

    def __bool__(self) -> bool:
        """Whether there is any call."""
        return bool(self._calls)

    async def wait_for(self, event_type: str) -> None:
        """Return when the next event, of this type, may be shown."""
        while not self._awaited.get(self._shown, frozenset()) <= self._answered():
            self._changed.clear()
            await self._changed.wait()
        if self._cursor is not None:
            await self._cursor.wait_for(event_type)
        self._shown += 1

    def _answered(self) -> set[Any]:
        return {_answered_by(item) for item in self.given}

    def refused(self, items: Sequence[Item]) -> Item | None:
        """The first of these items that is not the only output of a call that has been shown; None to take all."""
        answered = self._answered()
        for item in items:
            call = _answered_by(item)
            if call in answered or self._calls.get(call, self._shown) >= self._shown:
                return item
            answered.add(call)
        return None

    def give(self, items: Sequence[Item]) -> None:
        """Take outputs, all of them."""
        self.given += items
        self._changed.set()


def _calls_in(events: Sequence[Event]) -> tuple[Mapping[Any, int], Mapping[int, frozenset[Any]]]:
    """The calls that a client answers, each with the event that ends it; what an item waits for, by its first event."""
    calls: dict[Any, int] = {}
    of_agent: dict[str, frozenset[Any]] = {}
    awaited: dict[int, frozenset[Any]] = {}
    for number, event in enumerate(events):
        if event["type"] not in {ITEM_ADDED, ITEM_DONE}:
            continue
        agent = (event["item"].get(AGENT) or {}).get("agent_name", "")
        mine = frozenset(map(_answered_by, required_input([event["item"]])))
        if event["type"] == ITEM_DONE:
            calls |= dict.fromkeys(mine, number)
            of_agent[agent] = of_agent.get(agent, frozenset()) | mine
        elif not mine and of_agent.get(agent):
            awaited[number] = of_agent[agent]
    return calls, awaited


def _answered_by(item: Item) -> tuple[Any, Any]:
    """What names the call that an item answers: an output of another type does not."""
    return item["type"], item.get("call_id") or item.get("approval_request_id")
