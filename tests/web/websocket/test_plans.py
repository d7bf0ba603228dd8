"""Whatever can be planned is the same over both transports: the same events, key for key."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from mockserver import MockServer
from mockserver.codec import dumps
from mockserver.model.plan import Plan
from tests.events.items import plans
from tests.support.bodies import ask
from tests.support.http import Connection
from tests.support.websocket import WebSocket

ASKED = dumps(ask(stream=True))


class Transports:
    """One workspace for each transport, each with a connection that stays open."""

    def __init__(self, server: MockServer) -> None:
        self.http, self.websocket = server.workspace(), server.workspace()
        self.connection = Connection(server.base_url)
        self.socket = WebSocket(server.base_url, key=self.websocket.api_key)

    def reset(self, plan: Plan) -> None:
        """Let both answer with this plan, as if nothing had been before."""
        for mock in (self.http, self.websocket):
            mock.reset()
            mock.on().reply(plan)

    def over_http(self) -> list[Any]:
        self.connection.request("POST", "/v1/responses", ASKED, key=self.http.api_key)
        return self.connection.reply().events

    def over_websocket(self) -> list[Any]:
        return self.socket.ask(ask())


@pytest.fixture(scope="module")
def transports(server: MockServer) -> Iterator[Transports]:
    made = Transports(server)
    yield made
    made.connection.close()
    made.socket.reset()


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans())
def test_plan_has_the_same_events_over_both_transports(transports: Transports, plan: Plan):
    transports.reset(plan)
    expected, events = transports.over_http(), transports.over_websocket()
    created = [stamps(each) for each in (expected, events)]

    assert [json.dumps(event) for event in created[1]] == [json.dumps(event) for event in created[0]]


def stamps(events: list[Any]) -> list[Any]:
    """The events with one and the same time: each workspace has a clock that goes on by itself."""
    for event in events:
        if "response" in event:
            event["response"] |= {"created_at": 0} | ({"completed_at": 0} if event["response"]["completed_at"] else {})
    return events
