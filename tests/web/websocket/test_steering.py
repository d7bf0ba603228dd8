"""Steering: input while a response is being made is taken up, waits for its client, or is given back."""

from collections.abc import Callable
from typing import Any

import pytest

from mockserver import MockServer, Workspace, function_call, parallel
from mockserver.model.build import (
    apply_patch_call,
    computer_call,
    custom_tool_call,
    mcp_approval_request,
    message,
    shell_call,
    tool_search_call,
)
from tests.support.bodies import WEATHER
from tests.support.http import Raw
from tests.support.websocket import FINAL, WebSocket

MODEL = "gpt-6-astra"
STORY = ("Once upon a time there was", "a server that was asked twice", "and answered.")


def ask(words: Any = "A story.", **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "input": words, **more}


def steer(response_id: str, given: Any = "Make it short.") -> dict[str, Any]:
    return {"type": "response.steer", "previous_response_id": response_id, "input": given}


def texts(response: Any) -> list[str]:
    return [item["content"][0]["text"] for item in response["output"] if item["type"] == "message"]


@pytest.fixture
def story(workspace: Workspace) -> Workspace:
    """A story in three messages, and what is said when it has to be shorter."""
    workspace.on(input="short").reply("The end.")
    workspace.on(input="story").reply(*map(message, STORY))
    return workspace


def begun(mock: Workspace, socket: WebSocket, *, until: str, **body: Any) -> tuple[Any, list[Any]]:
    """A gate, and the events of a response up to the first of this type."""
    gate = mock.gates[mock.hold()]
    gate.until(until)
    socket.create(ask(**body))
    events = [socket.event()]
    while events[-1]["type"] != until:
        events.append(socket.event())
    return gate, events


def rest(socket: WebSocket, *, finals: int) -> list[Any]:
    """The events that come until so many responses have ended."""
    events: list[Any] = []
    while finals:
        events.append(socket.event())
        finals -= events[-1]["type"] in FINAL
    return events


def accepted_by(socket: WebSocket, *events: dict[str, Any]) -> list[Any]:
    """What comes for input that is accepted; the gate is opened when it has come."""
    socket.send(*events)
    answers = [socket.event() for _ in events]
    assert [answer["type"] for answer in answers] == ["response.steer.accepted"] * len(events)
    return answers


def test_input_ends_the_target_after_the_item_in_progress(story: Workspace, socket: WebSocket, raw: Raw):
    gate, shown = begun(story, socket, until="response.output_text.delta", text={"verbosity": "low"}, store=True)
    target = shown[0]["response"]["id"]
    (accepted,) = accepted_by(socket, steer(target))
    gate.open()
    events = rest(socket, finals=2)
    ended = next(event for event in events if event["type"] == "response.incomplete")
    successor = [event for event in events if event.get("response", {}).get("id") not in {None, target}]

    assert accepted == {
        "type": "response.steer.accepted",
        "sequence_number": len(shown),
        "steer": {"id": accepted["steer"]["id"], "previous_response_id": target},
    }
    assert list(accepted) == ["type", "sequence_number", "steer"]
    assert accepted["steer"]["id"].startswith("steer_")
    assert len(accepted["steer"]["id"]) == len("steer_") + 32
    assert ended["response"]["incomplete_details"] == {"reason": "steered"}
    assert (ended["response"]["status"], texts(ended["response"])) == ("incomplete", [STORY[0]])
    assert ended["response"]["usage"]["output_tokens"] > 0
    assert [event["type"] for event in successor] == [
        "response.created",
        "response.in_progress",
        "response.completed",
    ]
    final = successor[-1]["response"]
    assert (final["previous_response_id"], texts(final)) == (target, ["The end."])
    assert final["text"]["verbosity"] == "low"
    assert raw("GET", f"/v1/responses/{target}").json["incomplete_details"] == {"reason": "steered"}


def test_numbers_of_the_target_go_on_and_those_of_the_successor_begin_anew(story: Workspace, socket: WebSocket):
    gate, shown = begun(story, socket, until="response.output_text.delta")
    taken = accepted_by(socket, steer(shown[0]["response"]["id"]))
    gate.open()
    events = [*shown, *taken, *rest(socket, finals=2)]
    end = next(n for n, event in enumerate(events) if event["type"] == "response.incomplete") + 1

    assert [event["sequence_number"] for event in events[:end]] == list(range(end))
    assert [event["sequence_number"] for event in events[end:]] == list(range(len(events) - end))


def test_target_that_has_nothing_more_to_say_is_completed(story: Workspace, socket: WebSocket):
    gate = story.gates[story.hold()]
    socket.create(ask())
    events: list[Any] = []
    gate.until("response.output_item.done")
    gate.until("response.output_item.done")
    gate.until("response.output_text.delta")
    while [event["output_index"] for event in events if event["type"] == "response.output_text.delta"][-1:] != [2]:
        events.append(socket.event())
    accepted_by(socket, steer(events[0]["response"]["id"]))
    gate.open()
    first, second = [event["response"] for event in rest(socket, finals=2) if event["type"] == "response.completed"]

    assert (texts(first), texts(second)) == (list(STORY), ["The end."])
    assert second["previous_response_id"] == first["id"]


def test_successor_sees_what_was_said(story: Workspace, socket: WebSocket):
    gate, shown = begun(story, socket, until="response.output_text.delta", store=False)
    accepted_by(socket, steer(shown[0]["response"]["id"]))
    gate.open()
    rest(socket, finals=2)
    target, taken, successor = story.requests

    assert (target.creates, taken.creates, successor.creates) == (True, False, True)
    assert (taken.status, taken.asked.head.operation) == (200, "response.steer")
    assert successor.body == {
        **ask(),
        "store": False,
        "stream": True,
        "previous_response_id": shown[0]["response"]["id"],
        "input": [{"type": "message", "role": "user", "content": "Make it short."}],
    }
    assert story.assert_called(message={"role": "assistant", "contains": STORY[0]}) == [successor]
    assert story.search(operation="response.steer") == [taken]


def test_inputs_are_taken_up_in_their_order(story: Workspace, socket: WebSocket):
    story.on(input="sad").reply("They all died.")
    gate, shown = begun(story, socket, until="response.output_text.delta")
    target = shown[0]["response"]["id"]
    accepted = accepted_by(socket, steer(target), steer(target, [{"role": "user", "content": "And sad."}]))
    gate.open()
    final = rest(socket, finals=2)[-1]["response"]

    assert len({event["steer"]["id"] for event in accepted}) == 2
    assert [event["sequence_number"] for event in accepted] == [len(shown), len(shown) + 1]
    assert story.requests[-1].body["input"] == [
        {"type": "message", "role": "user", "content": "Make it short."},
        {"type": "message", "role": "user", "content": "And sad."},
    ]
    assert texts(final) == ["They all died."]


def test_successor_can_be_steered_as_well(story: Workspace, socket: WebSocket):
    story.on(input="once more").reply("Once more.")
    first, shown = begun(story, socket, until="response.output_text.delta")
    accepted_by(socket, steer(shown[0]["response"]["id"], "Tell the story again."))
    second = story.gates[story.hold()]
    second.until("response.output_text.delta")
    first.open()
    rest(socket, finals=1)
    successor = [socket.event() for _ in range(5)]
    accepted_by(socket, steer(successor[0]["response"]["id"], "And once more."))
    second.open()
    finals = [event for event in rest(socket, finals=2) if event["type"] in FINAL]

    assert [final["type"] for final in finals] == ["response.incomplete", "response.completed"]
    assert texts(finals[-1]["response"]) == ["Once more."]


def test_target_names_the_lane(story: Workspace, socket: WebSocket):
    gate = story.gates[story.hold()]
    gate.until("response.output_text.delta")
    socket.create(ask(), stream_id="a")
    events: list[Any] = []
    while not events or events[-1]["type"] != "response.output_text.delta":
        events.append(socket.event())
    (accepted,) = accepted_by(socket, steer(events[0]["response"]["id"]))
    gate.open()
    events = rest(socket, finals=2)

    assert list(accepted) == ["type", "sequence_number", "steer", "stream_id"]
    assert {event["stream_id"] for event in (accepted, *events)} == {"a"}
    assert [exchange.lane for exchange in story.requests] == ["a"] * 3
    assert [exchange.operation for exchange in story.requests] == [
        "responses.create",
        "response.steer",
        "responses.create",
    ]
    assert str(story.requests[1]) == "#2 POST /v1/responses (connection 1, lane 'a') response.steer -> 200 by default"


def test_request_that_waits_on_the_lane_comes_after_the_successor(story: Workspace, socket: WebSocket):
    gate, shown = begun(story, socket, until="response.output_text.delta")
    socket.create(ask("And a story for tomorrow."))
    accepted_by(socket, steer(shown[0]["response"]["id"]))
    gate.open()
    finals = [event["response"] for event in rest(socket, finals=3) if event["type"] in FINAL]

    assert [texts(final) for final in finals] == [[STORY[0]], ["The end."], list(STORY)]


# Targets that wait for their client


CALLS: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "function": (
        function_call("get_weather", city="Paris", call_id="call_1"),
        {"type": "function_call_output", "call_id": "call_1", "name": "get_weather"},
        {"output": "18"},
    ),
    "custom": (
        custom_tool_call("note", "x", call_id="call_1"),
        {"type": "custom_tool_call_output", "call_id": "call_1"},
        {"output": "noted"},
    ),
    "computer": (
        computer_call({"type": "screenshot"}, call_id="call_1"),
        {"type": "computer_call_output", "call_id": "call_1"},
        {"output": {"type": "computer_screenshot", "image_url": "https://example.com/a.png"}},
    ),
    "shell": (
        shell_call("ls", call_id="call_1"),
        {"type": "shell_call_output", "call_id": "call_1"},
        {"output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]},
    ),
    "apply_patch": (
        apply_patch_call({"type": "delete_file", "path": "a"}, call_id="call_1"),
        {"type": "apply_patch_call_output", "call_id": "call_1"},
        {"status": "completed"},
    ),
    "tool_search": (
        tool_search_call({}, call_id="call_1", execution="client"),
        {"type": "tool_search_output", "call_id": "call_1", "execution": "client"},
        {"tools": []},
    ),
    "mcp_approval": (
        {**mcp_approval_request("docs", "search"), "id": "mcpr_1"},
        {"type": "mcp_approval_response", "approval_request_id": "mcpr_1"},
        {"approve": True},
    ),
}


@pytest.mark.parametrize("row", CALLS.values(), ids=CALLS)
def test_input_waits_for_what_the_client_has_to_send(workspace: Workspace, socket: WebSocket, row: Any):
    call, stub, answer = row
    workspace.on(input="work").reply(call)
    workspace.on(message="hurry").reply("Hurried.")
    gate, shown = begun(workspace, socket, until="response.output_item.added", words="Some work.", store=False)
    target = shown[0]["response"]["id"]
    accepted = accepted_by(socket, steer(target, "Hurry up."), steer(target, "Please."))
    gate.open()
    completed = rest(socket, finals=1)[-1]
    pending = [socket.event() for _ in range(2)]
    assert socket.quiet()
    (final,) = [
        event["response"]
        for event in socket.ask(ask([{**stub, **answer}], previous_response_id=target, store=False))
        if event["type"] in FINAL
    ]

    assert (completed["type"], completed["response"]["status"]) == ("response.completed", "completed")
    assert pending[0] == {
        "type": "response.steer.pending",
        "sequence_number": completed["sequence_number"] + 1,
        "steer": accepted[0]["steer"],
        "reason": "waiting_for_required_input",
        "required_input": [stub],
    }
    assert list(pending[0]) == ["type", "sequence_number", "steer", "reason", "required_input"]
    assert pending[1]["steer"] == accepted[1]["steer"]
    assert pending[1]["sequence_number"] == completed["sequence_number"] + 2
    assert texts(final) == ["Hurried."]
    assert workspace.requests[-1].body["input"] == [
        {"type": "message", "role": "user", "content": "Hurry up."},
        {"type": "message", "role": "user", "content": "Please."},
        {**stub, **answer},
    ]


def test_several_calls_are_required_together_and_none_is_cut(workspace: Workspace, socket: WebSocket):
    calls = [function_call("get_weather", city=city, call_id=f"call_{city}") for city in ("Paris", "Oslo")]
    workspace.on(input="weather").reply(message("Let me see."), parallel(*calls), message("Done."))
    gate = workspace.gates[workspace.hold()]
    gate.until("response.function_call_arguments.done")
    socket.create(ask("The weather?", tools=[WEATHER]))
    events: list[Any] = []
    while not events or events[-1]["type"] != "response.function_call_arguments.done":
        events.append(socket.event())
    accepted_by(socket, steer(events[0]["response"]["id"]))
    gate.open()
    rest(socket, finals=1)

    assert [stub["call_id"] for stub in socket.event()["required_input"]] == ["call_Paris", "call_Oslo"]


def test_continuation_may_come_before_the_target_has_ended(workspace: Workspace, socket: WebSocket):
    workspace.on(input="work").reply(function_call("get_weather", city="Paris", call_id="call_1"))
    workspace.on(message="hurry").reply("Hurried.")
    gate, shown = begun(workspace, socket, until="response.output_item.added", words="Some work.", store=False)
    target = shown[0]["response"]["id"]
    accepted_by(socket, steer(target, "Hurry up."))
    output = {"type": "function_call_output", "call_id": "call_1", "output": "18"}
    socket.create(ask([output], previous_response_id=target, store=False, temperature=None, metadata={"own": "yes"}))
    gate.open()
    events = rest(socket, finals=2)

    assert [event["type"] for event in events if "steer" in event["type"]] == ["response.steer.pending"]
    assert texts(events[-1]["response"]) == ["Hurried."]
    assert events[-1]["response"]["metadata"] == {"own": "yes"}


@pytest.mark.parametrize("more", [{"stream_id": "b"}, {"previous_response_id": None}], ids=["fork", "new chain"])
def test_other_requests_take_nothing_up(workspace: Workspace, socket: WebSocket, more: dict[str, Any]):
    workspace.on(input="work").reply(function_call("get_weather", city="Paris", call_id="call_1"))
    workspace.unmatched = "answer"
    gate, shown = begun(workspace, socket, until="response.output_item.added", words="Some work.")
    target = shown[0]["response"]["id"]
    accepted_by(socket, steer(target, "Hurry up."))
    gate.open()
    rest(socket, finals=1)
    socket.event()
    output = {"type": "function_call_output", "call_id": "call_1", "output": "18"}
    body = ask([output] if "stream_id" in more else "Other.", previous_response_id=target) | more
    socket.ask(body)

    assert workspace.requests[-1].input_items("message") == (
        [] if "stream_id" in more else [{"type": "message", "role": "user", "content": "Other."}]
    )
    final = socket.ask(ask([output], previous_response_id=target))[-1]
    assert final["type"] == "response.completed"
    assert workspace.requests[-1].input_items("message")[0]["content"] == "Hurry up."
    assert socket.ask(ask([output], previous_response_id=target))[-1]["type"] == "response.completed"
    assert workspace.requests[-1].input_items("message") == []


def test_continuation_that_fails_gives_the_input_back(workspace: Workspace, socket: WebSocket):
    workspace.on(input="work").reply(function_call("get_weather", city="Paris", call_id="call_1"))
    gate, shown = begun(workspace, socket, until="response.output_item.added", words="Some work.")
    target = shown[0]["response"]["id"]
    (accepted,) = accepted_by(socket, steer(target, "Hurry up."))
    gate.open()
    completed = rest(socket, finals=1)[-1]
    socket.event()
    (error,) = socket.ask(ask("No output.", previous_response_id=target))
    failed = socket.event()

    assert error["error"]["message"] == "No tool output found for function call call_1."
    assert failed == {
        "type": "response.steer.failed",
        "sequence_number": completed["sequence_number"] + 2,
        "steer": {**accepted["steer"], "input": "Hurry up."},
        "error": {
            "type": "invalid_request_error",
            "code": "successor_creation_failed",
            "message": ("The successor response could not be created: No tool output found for function call call_1."),
        },
    }
    output = {"type": "function_call_output", "call_id": "call_1", "output": "Done."}
    workspace.on(tool_output="get_weather").reply("Well done.")
    assert socket.ask(ask([output], previous_response_id=target))[-1]["type"] == "response.completed"
    assert workspace.requests[-1].body["input"] == [output]


# Input that is not taken


NOT_INPUT = "Invalid 'input': expected a string or an array of user messages that is not empty."
FAILURE = {"status": "failed", "error": {"code": "server_error", "message": "No."}}


def failure(socket: WebSocket, event: dict[str, Any]) -> Any:
    socket.send(event)
    failed = socket.event()
    assert failed["type"] == "response.steer.failed"
    return failed


def test_response_that_is_not_there_cannot_be_steered(story: Workspace, connect: Callable[..., WebSocket]):
    socket, other = connect(), connect()
    gate, shown = begun(story, socket, until="response.created")
    target = shown[0]["response"]["id"]

    assert failure(socket, steer("resp_nowhere")) == {
        "type": "response.steer.failed",
        "sequence_number": 0,
        "steer": {"previous_response_id": "resp_nowhere", "input": "Make it short."},
        "error": {
            "type": "invalid_request_error",
            "code": "response_not_found",
            "message": "Response with id 'resp_nowhere' is not available on this connection.",
        },
    }
    assert failure(other, steer(target))["error"]["code"] == "response_not_found"
    gate.open()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param("", NOT_INPUT, id="empty"),
        pytest.param([], NOT_INPUT, id="none"),
        pytest.param(5, NOT_INPUT, id="number"),
        pytest.param(["a"], "Invalid type for 'input[0]': expected a user message.", id="text"),
        pytest.param(
            [{"role": "developer", "content": "x"}],
            "Invalid 'input[0]': only messages with the role 'user' can steer.",
            id="role",
        ),
        pytest.param(
            [{"role": "user", "content": "x"}, {"type": "function_call_output", "call_id": "c", "output": "x"}],
            "Invalid 'input[1]': only messages with the role 'user' can steer.",
            id="output",
        ),
        pytest.param([{"role": "user", "content": "x", "id": "msg_1"}], "Unknown parameter: 'input[0].id'.", id="id"),
        pytest.param(
            [{"role": "user", "content": [{"type": "output_text", "text": "x"}]}],
            "Invalid 'input[0].content[0]': expected input_text, input_image, input_file.",
            id="part",
        ),
        pytest.param(
            [{"role": "user", "content": [{"type": "input_text"}]}],
            "Missing required parameter: 'input[0].content[0].text'.",
            id="text of a part",
        ),
        pytest.param([{"role": "user"}], "Missing required parameter: 'input[0].content'.", id="content"),
    ],
)
def test_input_that_is_not_a_users_message_is_refused(story: Workspace, socket: WebSocket, given: Any, message: str):
    gate, shown = begun(story, socket, until="response.created")
    failed = failure(socket, steer(shown[0]["response"]["id"], given))
    gate.open()
    events = rest(socket, finals=1)

    assert (failed["error"]["code"], failed["error"]["message"]) == ("invalid_input", message)
    assert (failed["steer"]["input"], failed["sequence_number"]) == (given, 1)
    assert "id" not in failed["steer"]
    assert texts(events[-1]["response"]) == list(STORY)
    assert events[-1]["sequence_number"] == len(events) + 1
    assert story.requests[-1].status == 400


@pytest.mark.parametrize(
    "given",
    [
        "Text.",
        [{"role": "user", "content": "Text."}],
        [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Text."}]}],
        [
            {
                "role": "user",
                "content": [
                    {"type": "input_image", "detail": "auto", "image_url": "https://example.com/a.png"},
                    {"type": "input_file", "file_id": "file_1"},
                ],
            }
        ],
    ],
    ids=["text", "message", "part", "image and file"],
)
def test_input_may_be_text_or_messages(story: Workspace, socket: WebSocket, given: Any):
    story.unmatched = "answer"
    gate, shown = begun(story, socket, until="response.created")
    accepted_by(socket, steer(shown[0]["response"]["id"], given))
    gate.open()

    assert rest(socket, finals=2)[-1]["type"] == "response.completed"


def test_event_with_other_keys_is_refused(story: Workspace, socket: WebSocket):
    gate, shown = begun(story, socket, until="response.created")
    failed = failure(socket, {**steer(shown[0]["response"]["id"]), "stream_id": "a"})
    gate.open()

    assert (failed["error"]["code"], failed["error"]["message"]) == (
        "invalid_input",
        "Unknown parameter: 'stream_id'.",
    )


@pytest.mark.parametrize("named", [None, 5], ids=["missing", "number"])
def test_event_without_a_target_is_an_error(socket: WebSocket, named: Any):
    event = {"type": "response.steer", "input": "x"} | ({} if named is None else {"previous_response_id": named})
    socket.send(event)
    error = socket.event()

    assert (error["type"], error["error"]["param"]) == ("error", "previous_response_id")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({"model": "gpt-5.6"}, "the model 'gpt-5.6' does not support it", id="model"),
        pytest.param(
            {"context_management": [{"type": "compaction", "compact_threshold": 100_000}]},
            "its request has 'context_management'",
            id="compaction",
        ),
        pytest.param({"conversation": True}, "its request has 'conversation'", id="conversation"),
    ],
)
def test_response_that_cannot_be_steered(
    story: Workspace, socket: WebSocket, raw: Raw, body: dict[str, Any], reason: str
):
    if "conversation" in body:
        body["conversation"] = raw("POST", "/v1/conversations", {}).json["id"]
    gate = story.gates[story.hold()]
    gate.until("response.created")
    socket.create(ask(**body) | body)
    failed = failure(socket, steer(socket.event()["response"]["id"]))
    gate.open()
    assert rest(socket, finals=1)[-1]["type"] == "response.completed"

    assert failed["error"] == {
        "type": "invalid_request_error",
        "code": "steering_not_supported",
        "message": f"Steering is not supported for this response: {reason}.",
    }


def test_input_beyond_the_limit_is_refused(story: Workspace, socket: WebSocket):
    gate, shown = begun(story, socket, until="response.created")
    target = shown[0]["response"]["id"]
    socket.send(*[steer(target, f"Short {number}.") for number in range(17)])
    events = [socket.event() for _ in range(17)]
    gate.open()
    rest(socket, finals=2)

    assert [event["type"] for event in events] == ["response.steer.accepted"] * 16 + ["response.steer.failed"]
    assert events[-1]["error"]["code"] == "too_many_pending_steers"
    assert [item["content"] for item in story.requests[-1].body["input"]] == [f"Short {n}." for n in range(16)]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param({}, "response_already_completed", id="completed"),
        pytest.param({"incomplete_reason": "max_output_tokens"}, "response_not_active", id="incomplete"),
        pytest.param(FAILURE, "response_not_active", id="failed"),
    ],
)
def test_response_that_has_ended_takes_no_input(workspace: Workspace, socket: WebSocket, options: Any, code: str):
    workspace.on().reply("Done.", **options)
    final = socket.ask(ask())[-1]
    failed = failure(socket, steer(final["response"]["id"]))

    assert failed["error"]["code"] == code
    assert failed["sequence_number"] == final["sequence_number"] + 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        pytest.param({"status": 500, "message": "Out of order."}, "Out of order.", id="error"),
        pytest.param({"status": 429, "message": "Slow down."}, "Slow down.", id="limit"),
    ],
)
def test_successor_that_cannot_be_created_gives_the_input_back(
    story: Workspace, socket: WebSocket, fault: Any, reason: str
):
    story.on(input="longer").fault(**fault)
    gate, shown = begun(story, socket, until="response.output_text.delta", store=False)
    target = shown[0]["response"]["id"]
    (accepted,) = accepted_by(socket, steer(target, "Make it longer."))
    gate.open()
    ended = rest(socket, finals=1)[-1]
    failed = socket.event()

    assert ended["response"]["incomplete_details"] == {"reason": "steered"}
    assert failed == {
        "type": "response.steer.failed",
        "sequence_number": ended["sequence_number"] + 1,
        "steer": {**accepted["steer"], "input": "Make it longer."},
        "error": {
            "type": "invalid_request_error",
            "code": "successor_creation_failed",
            "message": f"The successor response could not be created: {reason}",
        },
    }
    assert (
        socket.ask(ask("Make it short.", previous_response_id=target, store=False))[-1]["type"] == "response.completed"
    )


def test_successor_that_no_rule_matches_is_a_miss(story: Workspace, socket: WebSocket):
    gate, shown = begun(story, socket, until="response.output_text.delta")
    accepted_by(socket, steer(shown[0]["response"]["id"], "Something else."))
    gate.open()
    rest(socket, finals=1)

    assert socket.event()["error"]["code"] == "successor_creation_failed"
    assert [problem.partition("\n")[2].partition(":")[0] for problem in story.problems()] == [
        "No rule matches this request"
    ]


def test_target_that_fails_gives_the_input_back(workspace: Workspace, socket: WebSocket):
    workspace.on().reply("Too", "bad.").fault(fail_after=6, message="Broken.")
    gate, shown = begun(workspace, socket, until="response.output_item.added")
    accepted_by(socket, steer(shown[0]["response"]["id"]))
    gate.open()
    events = rest(socket, finals=1)

    assert events[-1]["type"] == "response.failed"
    failed = socket.event()
    assert failed["error"]["message"] == "The successor response could not be created: the response is failed."


@pytest.mark.parametrize("code", ["too_many_pending_steers", "steering_not_supported", "response_not_active"])
def test_script_refuses_input(story: Workspace, socket: WebSocket, code: str):
    story.on(operation="response.steer").times(1).fault(status=400, code=code, message="Not now.")
    gate, shown = begun(story, socket, until="response.created")
    failed = failure(socket, steer(shown[0]["response"]["id"]))
    (accepted,) = accepted_by(socket, steer(shown[0]["response"]["id"]))
    gate.open()

    assert failed["error"] == {"type": "invalid_request_error", "code": code, "message": "Not now."}
    assert accepted["type"] == "response.steer.accepted"
    rest(socket, finals=2)
    story.assert_complete()


# At every moment


LONG = (" ".join(["word"] * 13), " ".join(["more"] * 14))


@pytest.mark.parametrize("lane", [None, "a"])
def test_input_at_every_event_of_a_stream_is_taken_up_once_or_given_back(server: MockServer, lane: str | None):
    for index in range(1, 41):
        mock = server.workspace()
        mock.on(input="short").reply("The end.")
        mock.on(input="story").reply(*map(message, LONG))
        gate = mock.gates[mock.hold()]
        with WebSocket(mock.base_url, key=mock.api_key) as socket:
            socket.create(ask(), **({"stream_id": lane} if lane else {}))
            gate.step(index)
            shown = [socket.event() for _ in range(index)]
            socket.send(steer(shown[0]["response"]["id"]))
            answer = socket.event()
            gate.open()
            taken = answer["type"] == "response.steer.accepted"
            over = shown[-1]["type"] == "response.completed"
            events = rest(socket, finals=0 if over else 1 + taken)
            assert socket.ask(ask("A short one."))[-1]["type"] == "response.completed"  # nothing came in between
        target = [*shown, answer, *events]
        end = next(n for n, event in enumerate(target) if event["type"] in FINAL) + 1
        steered = [one for one in mock.requests if one.creates and one.body.get("previous_response_id")]

        assert taken is (index < 40)
        assert {event.get("stream_id") for event in target} == {lane}
        numbers = [event["sequence_number"] for event in target]
        assert numbers == [*range(end + (not taken)), *range(len(numbers) - end - (not taken))]
        if taken:
            assert target[end - 1]["type"] == ("response.incomplete" if index <= 20 else "response.completed")
            (successor,) = steered
            assert successor.body["input"] == [{"type": "message", "role": "user", "content": "Make it short."}]
            assert texts(target[-1]["response"]) == ["The end."]
            assert len(texts(target[end - 1]["response"])) == (0 if index <= 2 else 1 if index <= 20 else 2)
        else:
            assert (answer["type"], answer["error"]["code"]) == (
                "response.steer.failed",
                "response_already_completed",
            )
            assert steered == []
