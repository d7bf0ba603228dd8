"""WebSocket mode with the openai package and openai-agents for Node."""

from mockserver import Workspace, function_call, parallel
from tests.support.node import needs, run_script


@needs("openai")
def test_tool_loop_errors_and_lanes_over_one_socket(workspace: Workspace):
    workspace.on(input="weather").reply(function_call("get_weather", city="Paris"))
    workspace.on(tool_output="get_weather").reply("Sunny.")
    workspace.on(lane="a").reply("A.")
    workspace.on(lane="b").reply("B.")
    said = run_script(workspace, "responses_ws.mjs")

    assert (said["called"], said["answered"]) == ({"city": "Paris"}, "Sunny.")
    assert said["lanes"] == {"a": "A.", "b": "B."}
    assert (said["refused"]["status"], said["refused"]["error"]["code"]) == (400, "previous_response_not_found")
    assert len(said["errors"]) == 1
    assert [(one.connection, one.lane, one.status) for one in workspace.requests] == [
        *((1, None, 200), (1, None, 200), (1, None, 400), (1, "a", 200), (1, "b", 200))
    ]


@needs("@openai/agents")
def test_agent_with_two_tools_over_one_socket(workspace: Workspace):
    workspace.on(input="evening").reply(
        parallel(function_call("get_weather", city="Paris"), function_call("get_weather", city="Oslo"))
    )
    workspace.on(tool_output="book_table").reply("Table 7 in Paris.")
    workspace.on(tool_output="get_weather").reply(function_call("book_table", city="Paris", seats=2))
    workspace.on(input="thanks").reply("You are welcome.")

    assert run_script(workspace, "agents_websocket.mjs") == ["Table 7 in Paris.", "You are welcome."]
    assert [(one.connection, one.status) for one in workspace.requests] == [(1, 200)] * 4
