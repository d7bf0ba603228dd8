"""What a connection remembers: the last response of each lane, stored or not; and what makes it forget."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Workspace, function_call
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from tests.support.bodies import WEATHER, ask
from tests.support.http import Raw
from tests.support.websocket import WebSocket

UNSTORED = {"store": False}
BAD_ITEM = [{"type": "function_call_output", "call_id": "call_nowhere", "output": "x"}]


def turn(socket: WebSocket, words: str, previous: str | None = None, **more: Any) -> Any:
    """The response of a turn that is not stored."""
    event = socket.ask(ask(words, store=False, previous_response_id=previous), **more)[-1]
    assert event["type"] == "response.completed", event
    return event["response"]


def refused(socket: WebSocket, previous: str, words: Any = "More.", **more: Any) -> Any:
    """The error of a turn that cannot be continued."""
    (frame,) = socket.ask({"model": "gpt-4o", "input": words, "store": False, "previous_response_id": previous}, **more)
    return frame["error"]


def not_found(previous: str) -> dict[str, Any]:
    return {
        "type": "invalid_request_error",
        "code": "previous_response_not_found",
        "message": f"Previous response with id '{previous}' not found.",
        "param": "previous_response_id",
    }


def test_last_response_can_be_continued_though_it_is_not_stored(workspace: Workspace, socket: WebSocket):
    first = turn(socket, "My name is Ada.")
    second = turn(socket, "What is it?", first["id"])
    third = turn(socket, "And now?", second["id"])

    assert (second["previous_response_id"], third["previous_response_id"]) == (first["id"], second["id"])
    tokens = [response["usage"]["input_tokens"] for response in (first, second, third)]
    assert tokens == sorted(tokens)
    assert tokens[0] < tokens[1] < tokens[2]
    workspace.assert_called(message={"role": "user", "contains": "Ada"}, times=3)
    said = first["output"][0]["content"][0]["text"]
    workspace.assert_called(message={"role": "assistant", "contains": said}, times=2)


def test_tool_loop_sends_only_what_is_new(workspace: Workspace, socket: WebSocket):
    workspace.on(input="weather", tools="get_weather").reply(function_call("get_weather", city="Paris"))
    workspace.on(tool_output="get_weather").reply("Sunny in Paris.")
    call = turn(socket, "The weather?", tools=[WEATHER])
    output = {"type": "function_call_output", "call_id": call["output"][0]["call_id"], "output": "sunny"}
    body = {"model": "gpt-4o", "input": [output], "previous_response_id": call["id"], "store": False}

    assert socket.ask(body)[-1]["response"]["output"][0]["content"][0]["text"] == "Sunny in Paris."
    workspace.assert_called(tool_output="get_weather", times=1)


def test_older_response_of_a_lane_is_forgotten_unless_it_is_stored(socket: WebSocket):
    first = turn(socket, "One.")
    stored = socket.ask(ask("Two.", previous_response_id=first["id"]))[-1]["response"]
    turn(socket, "Three.", stored["id"])

    assert refused(socket, first["id"]) == not_found(first["id"])
    assert turn(socket, "Three again.", stored["id"])["previous_response_id"] == stored["id"]


def test_stored_response_continues_one_that_is_not(socket: WebSocket):
    first = turn(socket, "One.")
    second = socket.ask(ask("Two.", previous_response_id=first["id"]))[-1]["response"]
    third = turn(socket, "Three.", second["id"])

    assert second["usage"]["input_tokens"] < third["usage"]["input_tokens"]


def test_fork_goes_on_beside_its_parent(socket: WebSocket):
    parent = turn(socket, "One.", stream_id="a")
    fork = turn(socket, "Two.", parent["id"], stream_id="b")
    on = turn(socket, "Two.", parent["id"], stream_id="a")

    assert fork["previous_response_id"] == on["previous_response_id"] == parent["id"]
    assert fork["id"] != on["id"]
    assert turn(socket, "Three.", fork["id"], stream_id="b")["previous_response_id"] == fork["id"]
    assert turn(socket, "Three.", on["id"])["previous_response_id"] == on["id"]  # on the default lane


def test_lane_does_not_continue_by_itself(workspace: Workspace, socket: WebSocket):
    turn(socket, "My name is Ada.", stream_id="a")
    fresh = turn(socket, "What is it?", stream_id="a")

    assert fresh["previous_response_id"] is None
    workspace.assert_called(message={"contains": "Ada"}, times=1)


def test_new_connection_knows_nothing_of_the_old_one(raw: Raw, connect: Callable[..., WebSocket]):
    socket = connect()
    unstored = turn(socket, "One.")
    stored = socket.ask(ask("Two."), stream_id="b")[-1]["response"]
    other = connect()

    assert refused(other, unstored["id"]) == not_found(unstored["id"])
    assert turn(other, "Three.", stored["id"])["previous_response_id"] == stored["id"]
    assert raw("POST", "/v1/responses", ask("More.", previous_response_id=unstored["id"])).status == 400
    assert turn(socket, "Three.", unstored["id"])


def test_failed_continuation_evicts_its_parent(socket: WebSocket):
    parent = turn(socket, "One.")

    assert refused(socket, parent["id"], BAD_ITEM)["message"].startswith("No tool call found")
    assert refused(socket, parent["id"]) == not_found(parent["id"])


def test_failed_fork_leaves_its_parent(socket: WebSocket):
    parent = turn(socket, "One.", stream_id="a")

    assert refused(socket, parent["id"], BAD_ITEM, stream_id="b")["message"].startswith("No tool call found")
    assert turn(socket, "Two.", parent["id"], stream_id="a")


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}], ids=repr)
def test_scripted_error_evicts_as_well(workspace: Workspace, socket: WebSocket, fault: dict[str, Any]):
    workspace.unmatched = "answer"
    workspace.on(input="fail").fault(**fault)
    parent = turn(socket, "One.")
    assert socket.ask(ask("fail", store=False, previous_response_id=parent["id"]))[0]["status"] == fault["status"]

    assert refused(socket, parent["id"]) == not_found(parent["id"])


def test_failed_fork_leaves_the_last_response_of_its_own_lane(socket: WebSocket):
    other, own = turn(socket, "One.", stream_id="a"), turn(socket, "One.")
    assert refused(socket, other["id"], BAD_ITEM)["message"].startswith("No tool call found")

    assert turn(socket, "Two.", own["id"])["previous_response_id"] == own["id"]


def test_failed_request_that_continues_nothing_evicts_nothing(socket: WebSocket):
    parent = turn(socket, "One.")
    socket.ask(ask(model=""))

    assert turn(socket, "Two.", parent["id"])


def test_evicted_response_that_is_stored_is_loaded_again(socket: WebSocket):
    stored = socket.ask(ask("One."))[-1]["response"]
    refused(socket, stored["id"], BAD_ITEM)

    assert turn(socket, "Two.", stored["id"])["previous_response_id"] == stored["id"]


def test_incomplete_response_can_be_continued(socket: WebSocket):
    final = socket.ask(ask("Tell me a long story.", max_output_tokens=16, store=False))[-1]["response"]

    assert final["status"] == "incomplete"
    assert turn(socket, "Go on.", final["id"])["previous_response_id"] == final["id"]


def test_failed_response_leaves_the_one_before_it(workspace: Workspace, socket: WebSocket):
    workspace.unmatched = "answer"
    workspace.on(input="fail").fault(fail_after=3)
    parent = turn(socket, "One.")
    failed = socket.ask(ask("fail", store=False, previous_response_id=parent["id"]))[-1]["response"]

    assert failed["status"] == "failed"
    assert turn(socket, "Two.", parent["id"])
    assert refused(socket, failed["id"])["code"] == "previous_response_not_found"


def test_item_of_a_response_that_is_not_stored_can_be_referred_to(socket: WebSocket):
    parent = turn(socket, "One.")
    reference = {"type": "item_reference", "id": parent["output"][0]["id"]}
    body = {"model": "gpt-4o", "input": [reference], "previous_response_id": parent["id"], "store": False}

    assert socket.ask(body)[-1]["type"] in {"response.completed", "error"}


def test_reset_of_the_workspace_forgets(workspace: Workspace, socket: WebSocket):
    parent = turn(socket, "One.")
    workspace.reset()

    assert refused(socket, parent["id"]) == not_found(parent["id"])
    assert turn(socket, "Two.", turn(socket, "One again.")["id"])


def test_response_of_before_a_reset_is_not_remembered_when_it_ends(workspace: Workspace, socket: WebSocket):
    gate = workspace.gates[workspace.hold()]
    socket.create(ask("One.", store=False))
    gate.step()
    old = socket.event()["response"]["id"]
    workspace.reset()  # opens the gate
    assert socket.events()[-1]["type"] == "response.completed"

    assert refused(socket, old) == not_found(old)


def test_workspaces_of_two_keys_share_no_memory(server: MockServer, socket: WebSocket):
    parent = turn(socket, "One.")
    with WebSocket(server.base_url, key=server.workspace().api_key) as other:
        assert refused(other, parent["id"]) == not_found(parent["id"])


# Warm-ups


def test_warm_up_prepares_a_response_without_output(socket: WebSocket):
    events = socket.ask(ask("Hello.", store=False), generate=False)
    warm = events[-1]["response"]
    cold = turn(socket, "Hello.")

    assert [event["type"] for event in events] == [
        "response.created",
        "response.in_progress",
        "response.completed",
    ]
    assert (warm["status"], warm["output"], warm["model"]) == ("completed", [], "gpt-4o-2024-08-06")
    assert warm["usage"]["output_tokens"] == 0
    assert warm["usage"]["input_tokens"] == cold["usage"]["input_tokens"]


def test_context_of_a_warm_up_is_continued(socket: WebSocket):
    warm = socket.ask(ask("My name is Ada.", store=False), generate=False)[-1]["response"]
    body = {"model": "gpt-4o", "input": [], "store": False, "previous_response_id": warm["id"]}
    answer = socket.ask(body)[-1]["response"]
    body = {"model": "gpt-4o", "input": "Again.", "store": False, "previous_response_id": answer["id"]}
    later = socket.ask(body)[-1]["response"]

    assert answer["usage"]["input_tokens"] == warm["usage"]["input_tokens"]
    assert "Ada" in answer["output"][0]["content"][0]["text"]
    assert later["usage"]["input_tokens"] > answer["usage"]["input_tokens"]


def test_warm_up_may_come_at_any_time(socket: WebSocket):
    first = turn(socket, "One.")
    warm = socket.ask(ask("Two.", store=False, previous_response_id=first["id"]), generate=False)[-1]["response"]

    assert warm["previous_response_id"] == first["id"]
    assert turn(socket, "Three.", warm["id"])["previous_response_id"] == warm["id"]


def test_generate_true_is_as_without(socket: WebSocket):
    assert socket.ask(ask(), generate=True)[-1]["response"]["output"]
    assert socket.ask(ask(), generate=None)[-1]["response"]["output"]


@pytest.mark.parametrize("over_socket", [True, False])
def test_prewarm_makes_no_output_either(socket: WebSocket, raw: Raw, over_socket: Any):
    body = ask(model="gpt-5.6", prompt_cache_options={"prewarm": True})
    final = socket.ask(body)[-1]["response"] if over_socket else raw("POST", "/v1/responses", body).json

    assert (final["status"], final["output"]) == ("completed", [])


@pytest.mark.parametrize("when", [{}, {"input": "Ada"}, {"transport": "websocket"}], ids=repr)
def test_rules_are_not_about_warm_ups(workspace: Workspace, socket: WebSocket, when: dict[str, Any]):
    workspace.on(**when).times(1).reply("For the request itself.")
    warm = socket.ask(ask("I am Ada.", store=False), generate=False)[-1]["response"]
    answer = turn(socket, "I am Ada.")

    assert warm["output"] == []
    assert answer["output"][0]["content"][0]["text"] == "For the request itself."
    assert workspace.problems() == []
    assert len(workspace.search(input="Ada")) == 1
    assert [one.number for one in workspace.search(warm_up=True)] == [1]


def test_queue_is_not_for_warm_ups(workspace: Workspace, socket: WebSocket):
    workspace.enqueue("Queued.")
    socket.ask(ask(), generate=False)

    assert turn(socket, "Hello.")["output"][0]["content"][0]["text"] == "Queued."


def test_rule_about_warm_ups_answers_them(workspace: Workspace, socket: WebSocket):
    workspace.on(warm_up=True).times(1).fault(status=503)
    workspace.on().reply("Up.")

    assert socket.ask(ask(), generate=False)[0]["status"] == 503
    assert socket.ask(ask(), generate=False)[-1]["response"]["output"] == []
    assert turn(socket, "Hello.")["output"][0]["content"][0]["text"] == "Up."


def test_http_knows_neither_generate_nor_lanes(raw: Raw):
    for key, value in {"generate": False, "stream_id": "a"}.items():
        assert raw("POST", "/v1/responses", ask() | {key: value}).json["error"]["code"] == "unknown_parameter"


def test_warm_up_needs_no_input(socket: WebSocket):
    """Codex sends its tools in the input, and so has nothing to send before."""
    warm = socket.ask({"model": "gpt-4o", "input": [], "store": False}, generate=False)[-1]["response"]
    answer = socket.ask({"model": "gpt-4o", "input": "Hello.", "previous_response_id": warm["id"]})[-1]["response"]
    refused = socket.ask({"model": "gpt-4o", "input": []})[-1]

    assert (warm["output"], warm["usage"]["output_tokens"]) == ([], 0)
    assert answer["status"] == "completed"
    assert refused["error"]["code"] == "missing_required_parameter"


def test_warm_up_that_no_rule_is_about_is_no_miss(socket: WebSocket, workspace: Workspace):
    workspace.on(input="nobody asks this").reply("Never.")

    assert socket.ask(ask("Hello.", store=False), generate=False)[-1]["type"] == "response.completed"
    assert [exchange.miss for exchange in workspace.requests] == [None]


def test_warm_up_that_was_not_recorded_is_a_miss(socket: WebSocket, workspace: Workspace, tmp_path: Path):
    path = tmp_path / "session.yaml"
    with CassetteWriter(path, header=Header()) as writer:
        writer.add(RecordedExchange(request_body=ask("Bye."), body={"object": "response", "output": []}))
    workspace.replay(path)

    assert socket.ask(ask("Hello.", store=False), generate=False)[-1]["error"]["code"] == "no_matching_recording"
