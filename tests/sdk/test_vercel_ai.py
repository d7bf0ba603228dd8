"""The Vercel AI SDK for Node chooses tools of a server that has no script."""

import json

import pytest

from tests.support.node import needs, run_script

pytestmark = needs("ai")
WEATHER = ["sunny in Paris"]


@pytest.mark.parametrize(
    ("choice", "sent", "called"),
    [
        pytest.param("required", "required", ["forecast"], id="required"),
        pytest.param(
            {"type": "tool", "toolName": "forecast"}, {"type": "function", "name": "forecast"}, ["forecast"], id="named"
        ),
        pytest.param({"type": "tool", "toolName": "web_search"}, {"type": "web_search"}, ["web_search"], id="hosted"),
        pytest.param("none", "none", [], id="none"),
    ],
)
def test_tool_choice_is_obeyed(workspace, choice, sent, called):
    whole, streamed = run_script(workspace, "tool_choice.mjs", json.dumps(choice))

    assert [exchange.body["tool_choice"] for exchange in workspace.requests] == [sent, sent]
    for said in (whole, streamed):
        assert said["called"] == called
        assert [result for result in said["returned"] if isinstance(result, str)] == WEATHER * ("forecast" in called)
        assert said["cited"] == ["url"] * ("web_search" in called)
        assert bool(said["text"]) is ("forecast" not in called)
