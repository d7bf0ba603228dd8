"""Injection: agents of a response wait for the outputs of their calls, which the client sends meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest

from mockserver import Workspace, function_call, message, parallel
from tests.support.http import Raw
from tests.support.websocket import ClosedError, WebSocket

BETA = {"openai-beta": "responses_multi_agent=v1"}
PARIS = function_call("get_weather", {"city": "Paris"}, call_id="call_paris")
OSLO = function_call("get_weather", {"city": "Oslo"}, call_id="call_oslo")
FINISHED = "response.completed"


def ask(words: Any = "The weather?", **more: Any) -> dict[str, Any]:
    return {"model": "gpt-5.6-sol", "input": words, "multi_agent": {"enabled": True}, **more}


def output(call_id: str = "call_paris", said: str = "18 °C") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": said}


def injection(response_id: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "response.inject", "response_id": response_id, "input": list(items)}


def by(agent: str, item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "agent": {"agent_name": agent}}


@pytest.fixture
def agents(connect: Callable[..., WebSocket]) -> WebSocket:
    """A connection that asks for the beta."""
    return connect(headers=BETA)


def until(socket: WebSocket, kind: str) -> list[Any]:
    """The events up to and including the next one of this type."""
    events = [socket.event()]
    while events[-1]["type"] != kind:
        events.append(socket.event())
    return events


def begun(socket: WebSocket, calls: int = 1, **more: Any) -> tuple[str, list[Any]]:
    """The id of a response whose agents have called, and its events so far."""
    socket.create(ask(**more))
    events: list[Any] = []
    for _ in range(calls):
        events += until(socket, "response.output_item.done")
    return events[0]["response"]["id"], events


def said(events: list[Any]) -> list[str]:
    return [event["text"] for event in events if event["type"] == "response.output_text.done"]


def test_an_agent_goes_on_when_its_output_has_come(workspace: Workspace, agents: WebSocket):
    workspace.on().reply(PARIS, "It is 18 °C.")
    response_id, events = begun(agents)

    assert agents.quiet()
    agents.send(injection(response_id, output()))
    created = agents.event()
    rest = until(agents, FINISHED)

    assert created == {
        "type": "response.inject.created",
        "sequence_number": len(events),
        "response_id": response_id,
    }
    assert said(rest) == ["It is 18 °C."]
    assert [event["sequence_number"] for event in [*events, created, *rest]] == list(range(len(events) + 1 + len(rest)))
    assert [(one.body.get("type"), one.status) for one in workspace.requests] == [(None, 200), ("response.inject", 200)]


def test_calls_that_follow_each_other_wait_for_all_outputs(workspace: Workspace, agents: WebSocket):
    workspace.on().reply(parallel(PARIS, OSLO), "Warm and cold.")
    response_id, _ = begun(agents, calls=2)
    agents.send(injection(response_id, output("call_oslo")))

    assert agents.event()["type"] == "response.inject.created"
    assert agents.quiet()
    agents.send(injection(response_id, output("call_paris")))
    assert agents.event()["type"] == "response.inject.created"
    assert said(until(agents, FINISHED)) == ["Warm and cold."]


def test_agents_do_not_wait_for_each_other(workspace: Workspace, agents: WebSocket):
    workspace.on().reply(
        by("/root/paris", PARIS), by("/root/oslo", message("No call.")), by("/root/paris", message("18 °C."))
    )
    response_id, _ = begun(agents)

    assert said(until(agents, "response.output_item.done")) == ["No call."]
    assert agents.quiet()
    agents.send(injection(response_id, output()))
    assert said(until(agents, FINISHED)) == ["18 °C."]


def test_response_that_ends_with_its_calls_takes_no_more_outputs(workspace: Workspace, agents: WebSocket):
    workspace.on(tool_output="get_weather").reply("It is 18 °C.")
    workspace.on().reply(PARIS)
    agents.create(ask(), stream_id="a")
    shown = agents.events()
    response_id = shown[0]["response"]["id"]
    agents.send(injection(response_id, output()))
    failed = agents.event()
    answer = agents.ask(ask(failed["input"], previous_response_id=response_id), stream_id="a")

    assert failed == {
        "type": "response.inject.failed",
        "sequence_number": len(shown),
        "response_id": response_id,
        "input": [output()],
        "error": {
            "code": "response_already_completed",
            "message": f"Response '{response_id}' has already completed.",
        },
        "stream_id": "a",
    }
    assert said(answer) == ["It is 18 °C."]


def test_response_of_another_connection_takes_nothing(
    workspace: Workspace, agents: WebSocket, connect: Callable[..., WebSocket]
):
    workspace.on().reply(PARIS, "It is 18 °C.")
    response_id, _ = begun(connect(headers=BETA))
    agents.send(injection(response_id, output()))
    failed = agents.event()

    assert (failed["type"], failed["sequence_number"], failed["error"]["code"], failed["input"]) == (
        "response.inject.failed",
        0,
        "response_not_found",
        [output()],
    )


@pytest.mark.parametrize("store", [True, False])
def test_injected_outputs_are_part_of_what_is_continued(
    workspace: Workspace, agents: WebSocket, raw: Raw, *, store: bool
):
    workspace.on(message="And now?").reply("The same.")
    workspace.on().reply(PARIS, "It is 18 °C.")
    response_id, _ = begun(agents, store=store)
    agents.send(injection(response_id, output()))
    until(agents, FINISHED)
    answer = agents.ask(ask("And now?", previous_response_id=response_id, store=store))

    assert said(answer) == ["The same."]
    assert workspace.requests[-1].joined == 4
    assert raw("GET", f"/v1/responses/{response_id}").status == (200 if store else 404)


def test_response_is_in_progress_while_its_agents_wait(workspace: Workspace, agents: WebSocket, raw: Raw):
    workspace.on().reply(PARIS, "It is 18 °C.")
    response_id, _ = begun(agents)

    assert raw("GET", f"/v1/responses/{response_id}").json["status"] == "in_progress"
    agents.send(injection(response_id, output()))
    until(agents, FINISHED)
    assert raw("GET", f"/v1/responses/{response_id}").json["status"] == "completed"


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([output("call_nobodys")], id="of no call"),
        pytest.param([{**output(), "type": "custom_tool_call_output"}], id="of a call of another type"),
        pytest.param([output(), output()], id="twice"),
        pytest.param([output(), {"role": "user", "content": "Hurry!"}], id="no output"),
    ],
)
def test_all_items_are_taken_or_none(workspace: Workspace, agents: WebSocket, items: Any):
    workspace.on().reply(PARIS, "It is 18 °C.")
    response_id, _ = begun(agents)
    agents.send(injection(response_id, *items))
    error = agents.event()

    assert (error["type"], error["status"]) == ("error", 400)
    assert error["error"]["message"].startswith("No tool call found for ")
    agents.send(injection(response_id, output()))
    assert agents.event()["type"] == "response.inject.created"


@pytest.mark.parametrize(
    ("event", "message"),
    [
        pytest.param({"input": []}, "Missing required parameter: 'response_id'.", id="no response"),
        pytest.param({"response_id": "resp_1"}, "Missing required parameter: 'input'.", id="no input"),
        pytest.param(
            {"response_id": "resp_1", "input": "18 °C"},
            "Invalid type for 'input': expected an array of input items, but got a string instead.",
            id="text",
        ),
        pytest.param(
            {"response_id": "resp_1", "input": [{"type": "function_call_output", "output": ""}]},
            "Missing required parameter: 'input[0].call_id'.",
            id="item",
        ),
    ],
)
def test_event_that_does_not_fit_closes_the_connection(agents: WebSocket, event: Any, message: str):
    agents.send({"type": "response.inject", **event})

    assert agents.event()["error"]["message"] == message
    with pytest.raises(ClosedError) as closed:
        agents.event()
    assert closed.value.code == 1008


def test_without_the_beta_there_is_no_such_event(socket: WebSocket):
    socket.send(injection("resp_1", output()))

    assert socket.event()["error"]["message"] == (
        "Invalid value: 'response.inject'. Supported values are: 'response.create' and 'response.steer'."
    )


def test_rule_refuses_an_output(workspace: Workspace, agents: WebSocket):
    workspace.on().reply(PARIS, "It is 18 °C.")
    workspace.on(operation="response.inject").times(1).fault(
        status=400, code="response_already_completed", message="Too late."
    )
    response_id, _ = begun(agents)
    agents.send(injection(response_id, output()))

    assert agents.event()["error"] == {"code": "response_already_completed", "message": "Too late."}
    agents.send(injection(response_id, output()))
    assert agents.event()["type"] == "response.inject.created"


def test_gate_and_agents_hold_a_response_together(workspace: Workspace, agents: WebSocket):
    workspace.on().reply(PARIS, "It is 18 °C.")
    gate = workspace.gates[workspace.hold()]
    gate.until("response.output_item.done")
    response_id, _ = begun(agents)
    agents.send(injection(response_id, output()))

    assert agents.event()["type"] == "response.inject.created"
    assert agents.quiet()
    gate.open()
    assert said(until(agents, FINISHED)) == ["It is 18 °C."]


def test_client_that_goes_away_leaves_nothing_behind(workspace: Workspace, agents: WebSocket, raw: Raw):
    workspace.on().reply(PARIS, "It is 18 °C.")
    response_id, _ = begun(agents)
    agents.close()

    assert raw("GET", f"/v1/responses/{response_id}").json["status"] == "cancelled"


def test_response_of_several_agents_cannot_be_steered(workspace: Workspace, agents: WebSocket):
    workspace.on().reply(PARIS, "It is 18 °C.")
    response_id, _ = begun(agents, model="gpt-6.1-sol")
    agents.send({"type": "response.steer", "previous_response_id": response_id, "input": "Hurry!"})
    failed = agents.event()

    assert failed["error"]["code"] == "steering_not_supported"
    assert "'multi_agent'" in failed["error"]["message"]
