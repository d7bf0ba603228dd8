"""The multi-agent beta over HTTP: who may use it, and which agent says what."""

from typing import Any

import pytest
from openai.types.beta import BetaResponse, BetaResponseOutputMessage, BetaResponseStreamEvent
from openai.types.beta.response_create_params import MultiAgent
from pydantic import TypeAdapter

from mockserver import Workspace, function_call, message
from mockserver.spec.multi_agent import AGENT_SCHEMA, FIELD_SCHEMA, ROOT
from tests.support.bodies import ask
from tests.support.http import Raw

PATH = "/v1/responses"
BETA = {"openai-beta": "responses_multi_agent=v1"}
ENABLED = {"enabled": True}
EVENT: TypeAdapter[Any] = TypeAdapter(BetaResponseStreamEvent)


def agent(name: str) -> dict[str, str]:
    return {"agent_name": name}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param(PATH, BETA, id="header"),
        pytest.param(PATH, {"openai-beta": "other=v2, responses_multi_agent=v1"}, id="one of several"),
        pytest.param(f"{PATH}?beta=true", {}, id="beta client"),
        pytest.param(f"{PATH}?api-version=preview", {}, id="Azure"),
    ],
)
def test_default_answer_is_the_roots(raw: Raw, path: str, headers: dict[str, str]):
    answer = raw("POST", path, ask(model="gpt-5.6-sol", multi_agent=ENABLED), headers=headers).json

    BetaResponse.model_validate(answer)
    assert [item["agent"] for item in answer["output"]] == [agent(ROOT)] * len(answer["output"])
    assert list(answer["output"][-1])[-1] == "agent"
    assert answer["output"][-1]["phase"] == "final_answer"
    assert "multi_agent" not in answer


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        pytest.param(
            ENABLED,
            "You must provide the 'OpenAI-Beta' header to enable 'multi_agent'. Please try again by setting the"
            " header 'OpenAI-Beta: responses_multi_agent=v1'.",
            id="enabled",
        ),
        pytest.param({"enabled": False}, None, id="not enabled"),
        pytest.param(None, None, id="null"),
        pytest.param(
            {"enabled": "yes"},
            "Invalid type for 'multi_agent.enabled': expected a boolean, but got a string instead.",
            id="wrong type",
        ),
        pytest.param(
            {"max_concurrent_subagents": 2}, "Missing required parameter: 'multi_agent.enabled'.", id="incomplete"
        ),
        pytest.param({"enabled": False, "x": 1}, "Unknown parameter: 'multi_agent.x'.", id="unknown key"),
    ],
)
def test_who_does_not_ask_for_the_beta(raw: Raw, given: Any, refused: str | None):
    answer = raw("POST", PATH, ask(multi_agent=given))

    assert answer.status == (200 if refused is None else 400)
    if refused is None:
        assert "agent" not in answer.json["output"][0]
    else:
        assert answer.json["error"]["message"] == refused


@pytest.mark.parametrize(
    ("more", "path"),
    [
        pytest.param({"reasoning": {"summary": "auto"}}, "reasoning.summary", id="summary"),
        pytest.param({"max_tool_calls": 3}, "max_tool_calls", id="tool calls"),
    ],
)
def test_fields_that_do_not_go_with_several_agents(raw: Raw, more: Any, path: str):
    body = ask(model="gpt-5.6-sol", multi_agent=ENABLED, **more)
    refused = raw("POST", PATH, body, headers=BETA)

    assert refused.json["error"] == {
        "message": f"Unsupported parameter: '{path}' is not supported when 'multi_agent' is enabled.",
        "type": "invalid_request_error",
        "param": path,
        "code": "unsupported_parameter",
    }


def test_scripted_agents_in_a_stream(workspace: Workspace, raw: Raw):
    spawn = {"type": "multi_agent_call", "action": "spawn_agent", "arguments": '{"task_name":"a"}', "call_id": "call_a"}
    workspace.on().reply(
        spawn,
        {"type": "multi_agent_call_output", "action": "spawn_agent", "call_id": "call_a"},
        {**message("Looking."), "agent": agent("/root/a")},
        {
            "type": "agent_message",
            "author": "/root/a",
            "recipient": ROOT,
            "content": [{"type": "encrypted_content", "encrypted_content": "gAAA"}],
        },
        "Found.",
    )
    stream = raw("POST", PATH, ask(multi_agent=ENABLED, stream=True), headers=BETA)
    events = [EVENT.validate_python(event) for event in stream.events]
    final = events[-1].response

    assert [item.type for item in final.output] == [
        *("multi_agent_call", "multi_agent_call_output", "message", "agent_message", "message")
    ]
    assert [item.id.partition("_")[0] for item in final.output] == ["mac", "maco", "msg", "amsg", "msg"]
    assert [item.agent.agent_name for item in final.output] == [ROOT, ROOT, "/root/a", ROOT, ROOT]
    assert (final.output[2].phase, final.output[4].phase) == (None, "final_answer")
    names = {getattr(event, "output_index", None): event.agent.agent_name for event in events}
    assert names == {None: ROOT, 0: ROOT, 1: ROOT, 2: "/root/a", 3: ROOT, 4: ROOT}
    assert [list(event)[1] for event in stream.events] == ["agent"] * len(events)


def test_items_of_agents_are_sent_back(workspace: Workspace, raw: Raw):
    workspace.on(message="Go on.").reply("Done.")
    workspace.on().reply(
        {"type": "multi_agent_call", "action": "wait_agent"},
        {**function_call("look"), "agent": agent("/root/a")},
        "Waiting.",
    )
    said = raw("POST", PATH, ask(multi_agent=ENABLED, store=False), headers=BETA).json["output"]
    output = {"type": "function_call_output", "call_id": said[1]["call_id"], "output": "x", "agent": agent("/root/a")}
    sent = [*said, output, {"role": "user", "content": "Go on."}]
    made = raw("POST", PATH, ask(input=sent, multi_agent=ENABLED), headers=BETA).json
    listed = raw("GET", f"{PATH}/{made['id']}/input_items?order=asc").json["data"]

    assert made["output"][0]["content"][0]["text"] == "Done."
    assert [item.get("agent") for item in listed] == [
        agent(ROOT),
        agent("/root/a"),
        agent(ROOT),
        agent("/root/a"),
        None,
    ]


@pytest.mark.parametrize(
    ("item", "refused"),
    [
        pytest.param(
            {"type": "multi_agent_call", "action": "fly", "arguments": "{}", "call_id": "c"},
            "Invalid value: 'fly'. Supported values are: 'spawn_agent', 'interrupt_agent', 'list_agents',"
            " 'send_message', 'followup_task', and 'wait_agent'.",
            id="action",
        ),
        pytest.param(
            {"type": "agent_message", "recipient": ROOT, "content": []},
            "Missing required parameter: 'input[0].author'.",
            id="author",
        ),
        pytest.param(
            {"type": "message", "role": "user", "content": "Hi.", "agent": {}},
            "Missing required parameter: 'input[0].agent.agent_name'.",
            id="agent",
        ),
    ],
)
def test_items_of_agents_are_checked(raw: Raw, item: Any, refused: str):
    assert raw("POST", PATH, ask(input=[item])).json["error"]["message"] == refused


def test_rows_are_what_the_types_say():
    given = TypeAdapter(MultiAgent).json_schema()["properties"]
    own = FIELD_SCHEMA["anyOf"][0]

    assert {name: {"type": field["type"]} for name, field in given.items()} == own["properties"]
    assert own["required"] == TypeAdapter(MultiAgent).json_schema()["required"]
    named = TypeAdapter(BetaResponseOutputMessage).json_schema()["$defs"]["Agent"]
    assert (list(named["properties"]), named["required"]) == (["agent_name"], ["agent_name"])
    assert AGENT_SCHEMA["anyOf"][0]["required"] == named["required"]
