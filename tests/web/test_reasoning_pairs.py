"""Reasoning and what it led to, sent back with their ids: neither goes without the other."""

import pytest

import mockserver as ms
from mockserver import MockServer
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from tests.support.bodies import ask
from tests.support.http import refusal
from tests.support.input_items import ANSWER, CALL, OUTPUT, SAID

SHELL = {"type": "shell_call", "call_id": "call_1", "action": {"commands": ["ls"]}}
APPROVED = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
LED_TO = {
    "message": (ms.message("Yes."), ()),
    "function_call": (CALL, [OUTPUT]),
    "custom_tool_call": (
        ms.custom_tool_call("note", "x", call_id="call_1"),
        [{"type": "custom_tool_call_output", "call_id": "call_1", "output": "y"}],
    ),
    "web_search_call": (ms.web_search_call("otters"), ()),
    "file_search_call": (ms.file_search_call(["otters"]), ()),
    "code_interpreter_call": (ms.code_interpreter_call("1", container_id="cntr_1"), ()),
    "image_generation_call": (ms.image_generation_call("aGk="), ()),
    "computer_call": (
        ms.computer_call({"type": "screenshot"}, call_id="call_1"),
        [
            {
                "type": "computer_call_output",
                "call_id": "call_1",
                "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,aGk="},
            }
        ],
    ),
    "mcp_call": (ms.mcp_call("docs", "search"), ()),
    "mcp_approval_request": ({**ms.mcp_approval_request("docs", "search"), "id": "mcpr_1"}, [APPROVED]),
    "local_shell_call": (
        ms.local_shell_call(["ls"], call_id="call_1"),
        [{"type": "local_shell_call_output", "call_id": "call_1", "output": "{}"}],
    ),
    "shell_call": (SHELL, [{"type": "shell_call_output", "call_id": "call_1", "output": []}]),
    "apply_patch_call": (
        ms.apply_patch_call({"type": "delete_file", "path": "a"}, call_id="call_1"),
        [{"type": "apply_patch_call_output", "call_id": "call_1", "status": "completed"}],
    ),
    "tool_search_call": (
        ms.tool_search_call(execution="client", call_id="call_1"),
        [{"type": "tool_search_output", "call_id": "call_1", "execution": "client", "tools": []}],
    ),
    "program": (ms.program("1", fingerprint="f"), ()),
}


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


@pytest.fixture
def turn(workspace, create):
    """`turn(*items, **body)` answers a request with these items; what comes after it is answered by default."""

    def answered(*items, **body):
        workspace.enqueue(*items)
        workspace.unmatched = "answer"
        return create(**body)

    return answered


def without_reasoning(item, thought):
    message = (
        f"Item '{item['id']}' of type '{item['type']}' was provided without its required 'reasoning' item:"
        f" '{thought['id']}'."
    )
    return 400, refusal(message, param="input")


def reference(item):
    return {"type": "item_reference", "id": item["id"]}


@pytest.mark.parametrize(("said", "answers"), LED_TO.values(), ids=LED_TO)
def test_what_reasoning_led_to_is_refused_without_it(raw, turn, said, answers):
    thought, item = turn(ms.reasoning("Hm."), said)["output"]
    alone, referred, whole = (
        raw("POST", "/v1/responses", ask(input=[SAID, *items, *answers, SAID]))
        for items in ([item], [reference(item)], [thought, item])
    )

    assert (alone.status, alone.json) == without_reasoning(item, thought)
    assert (referred.status, referred.json) == without_reasoning(item, thought)
    assert whole.status == 200, whole.body


NEED_NO_ID = ("message", "function_call", "custom_tool_call", "web_search_call", "local_shell_call", "shell_call")


@pytest.mark.parametrize(("said", "answers"), [LED_TO[name] for name in NEED_NO_ID], ids=NEED_NO_ID)
def test_without_its_id_it_goes_alone(create, turn, said, answers):
    _, item = turn(ms.reasoning("Hm."), said)["output"]
    unnamed = {key: value for key, value in item.items() if key != "id"}

    assert create(input=[SAID, unnamed, *answers, SAID])["status"] == "completed"


@pytest.mark.parametrize("background", [False, True], ids=["foreground", "background"])
@pytest.mark.parametrize("streamed", [False, True], ids=["json", "stream"])
def test_however_the_turn_was_delivered(raw, workspace, streamed, background):
    workspace.enqueue(ms.reasoning("Hm."), CALL)
    workspace.unmatched = "answer"
    reply = raw("POST", "/v1/responses", ask(stream=streamed, background=background))
    response_id = (reply.events[0]["response"] if streamed else reply.json)["id"]
    for _ in range(3):
        thought, item = raw("GET", f"/v1/responses/{response_id}").json["output"] or (None, None)
    reply = raw("POST", "/v1/responses", ask(input=[SAID, item, OUTPUT]))

    assert (reply.status, reply.json) == without_reasoning(item, thought)


def test_template_of_an_answer_tells_it_too(raw, create, workspace):
    workspace.on(input="Say").reply(ms.reasoning("Hm."), CALL)
    outputs = [create()["output"] for _ in range(4)]
    replies = [raw("POST", "/v1/responses", ask(input=[SAID, item, OUTPUT])) for _, item in outputs]

    assert [(reply.status, reply.json) for reply in replies] == [
        without_reasoning(item, thought) for thought, item in outputs
    ]


@pytest.mark.parametrize("where", ["first", "referred-to", "after-it", "without-its-id"])
def test_reasoning_may_stand_anywhere_in_the_context(create, turn, where):
    thought, item = turn(ms.reasoning("Hm."), CALL)["output"]
    inputs = {
        "first": [thought, {**SAID, "role": "assistant", "content": "Hm."}, item],
        "referred-to": [reference(thought), reference(item)],
        "after-it": [item, thought, ANSWER],
        "without-its-id": [{"type": "reasoning", "summary": []}, item],
    }

    assert create(input=[SAID, *inputs[where], OUTPUT])["status"] == "completed"


@pytest.mark.parametrize("state", ["chain", "conversation"])
def test_reasoning_of_the_stored_context_is_there(create, turn, conversation, state):
    joined = {"conversation": conversation} if state == "conversation" else {}
    first = turn(ms.reasoning("Hm."), CALL, **joined)
    joined = joined or {"previous_response_id": first["id"]}

    assert create(input=[OUTPUT], **joined)["status"] == "completed"


def test_reasoning_in_the_input_of_an_earlier_turn_is_there(create, turn):
    thought, item = turn(ms.reasoning("Hm."), ms.message("Yes."))["output"]
    earlier = create(input=[SAID, thought, ANSWER, SAID])

    assert create(input=[item, SAID], previous_response_id=earlier["id"])["status"] == "completed"


def test_recorded_turn_asks_for_it_too(raw, workspace, tmp_path):
    thought = {"type": "reasoning", "id": f"rs_{'0' * 50}", "summary": []}
    item = {**CALL, "id": f"fc_{'0' * 50}", "status": "completed"}
    body = {"object": "response", "id": f"resp_{'0' * 50}", "status": "completed", "output": [thought, item]}
    with CassetteWriter(tmp_path / "one.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(request_body=ask("Record it."), body=body))
    workspace.replay(tmp_path / "one.yaml")
    workspace.unmatched = "answer"
    replayed = raw("POST", "/v1/responses", ask("Record it.")).json["output"]
    reply = raw("POST", "/v1/responses", ask(input=[SAID, item, OUTPUT]))

    assert replayed == [thought, item]
    assert (reply.status, reply.json) == without_reasoning(item, thought)


def test_each_item_needs_the_reasoning_right_before_it(raw, turn):
    first, search, second, said = turn(
        ms.reasoning("Hm."), ms.web_search_call("otters"), ms.reasoning("Ah."), ms.message("Yes.")
    )["output"]
    replies = [
        raw("POST", "/v1/responses", ask(input=[SAID, *items, SAID]))
        for items in ([first, search, said], [search, second, said])
    ]

    assert (replies[0].status, replies[0].json) == without_reasoning(said, second)
    assert (replies[1].status, replies[1].json) == without_reasoning(search, first)


def test_of_parallel_calls_the_first_needs_it(raw, create, turn):
    thought, first, second = turn(ms.reasoning("Hm."), CALL, {**CALL, "call_id": "call_2"})["output"]
    outputs = [OUTPUT, {**OUTPUT, "call_id": "call_2"}]
    reply = raw("POST", "/v1/responses", ask(input=[SAID, first, second, *outputs]))

    assert (reply.status, reply.json) == without_reasoning(first, thought)
    assert create(input=[SAID, second, outputs[1]])["status"] == "completed"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(ms.compaction("gAAA"), id="compaction"),
        pytest.param(ms.mcp_list_tools("docs", [{"name": "t"}]), id="mcp_list_tools"),
        pytest.param(ms.reasoning("More."), id="reasoning"),
    ],
)
def test_what_the_model_did_not_write_needs_no_reasoning(create, turn, said):
    item = turn(ms.reasoning("Hm."), said, ms.message("Yes."))["output"][1]

    assert create(input=[SAID, item, ANSWER, SAID])["status"] == "completed"


def test_later_turn_may_not_drop_it_either(raw, create, turn):
    thought, item = turn(ms.reasoning("Hm."), CALL)["output"]
    said = create(input=[SAID, thought, item, OUTPUT])["output"]
    reply = raw("POST", "/v1/responses", ask(input=[SAID, item, OUTPUT, *said, SAID]))

    assert (reply.status, reply.json) == without_reasoning(item, thought)


def test_turn_that_was_not_stored_asks_for_nothing(create, turn):
    _, item = turn(ms.reasoning("Hm."), CALL, store=False)["output"]

    assert create(input=[SAID, item, OUTPUT])["status"] == "completed"


@pytest.mark.parametrize("earlier", [0, 1], ids=["first", "second"])
def test_request_that_was_taken_before_is_checked_again(raw, turn, earlier):
    for _ in range(earlier):
        turn(ms.reasoning("Hm."), {**ms.message("Yes."), "id": "msg_of_mine"})
    item = {**CALL, "id": "fc_of_mine"}
    body = ask(input=[SAID, item, OUTPUT])
    taken = [raw("POST", "/v1/responses", body).status for _ in range(3)]
    thought, _ = turn(ms.reasoning("Hm."), item)["output"]
    reply = raw("POST", "/v1/responses", body)

    assert taken == [200] * 3
    assert (reply.status, reply.json) == without_reasoning(item, thought)


# Reasoning without what it led to


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([], id="nothing"),
        pytest.param([SAID], id="the-user"),
        pytest.param([{**SAID, "role": "developer"}], id="the-developer"),
        pytest.param([APPROVED], id="an-approval"),
        pytest.param([OUTPUT, CALL], id="an-output"),
    ],
)
def test_reasoning_without_what_it_led_to_is_refused(raw, turn, after):
    thought, _ = turn(ms.reasoning("Hm."), CALL)["output"]
    reply = raw("POST", "/v1/responses", ask(input=[SAID, thought, *after]))
    message = f"Item '{thought['id']}' of type 'reasoning' was provided without its required following item."

    assert (reply.status, reply.json) == (400, refusal(message, param="input"))


def test_reasoning_before_more_reasoning_or_what_it_led_to_is_answered(create, turn):
    first, second, item = turn(ms.reasoning("Hm."), ms.reasoning("Ah."), CALL)["output"]

    assert create(input=[SAID, first, second, item, OUTPUT])["status"] == "completed"
    assert create(input=[SAID, {"type": "reasoning", "summary": []}, SAID])["status"] == "completed"
