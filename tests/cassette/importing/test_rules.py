"""Fixtures of other doubles become rules, which answer as they did."""

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.cassette.importing.format import LeftOut
from mockserver.cassette.importing.importer import Recordings
from mockserver.cli import main
from mockserver.script.fixtures import check_fixtures
from tests.support.http import send

FORMATS = Path(__file__).parents[1] / "formats"
AIMOCK = [
    {
        "when": {"input": {"contains": "hello"}, "model": {"regex": r"^gpt\-4o(-\d.*)?$"}},
        "reply": "Hello! How can I help?",
    },
    {
        "when": {"input": {"contains": "weather"}, "tool_output": False},
        "reply": [
            {"reasoning": "Better look."},
            {"function_call": {"name": "get_weather", "arguments": {"city": "Paris"}}},
        ],
    },
    {
        "when": {"input": {"contains": "weather"}, "tool_output": {"value": {"contains": "18"}}},
        "reply": "It is 18 °C.",
    },
    {"when": {"input": {"contains": "twice"}}, "times": 1, "reply": "One."},
    {"when": {"input": {"contains": "twice"}}, "times": 1, "reply": "Two."},
    {
        "when": {"input": {"contains": "person"}, "json": {"text.format.type": "json_schema"}},
        "reply": {"json": {"name": "Ada"}},
        "pace": {"first": 0.3, "rate": 40},
    },
    {
        "when": {"instructions": {"all": [{"contains": "brief"}, {"contains": "polite"}]}, "tools": "f"},
        "reply": [{"function_call": {"name": "f", "arguments": {"x": 1}, "call_id": "call_1"}}, "Done."],
    },
    {
        "when": {"input": {"contains": "busy"}},
        "fault": {"status": 429, "code": "rate_limit_exceeded", "message": "Slow down.", "retry_after": 2},
    },
    {
        "when": {"input": {"contains": "long"}},
        "reply": "Once upon",
        "status": "incomplete",
        "incomplete_reason": "max_output_tokens",
        "usage": {"input_tokens": 3},
        "response": {"model": "gpt-4o-mini"},
    },
    {"reply": "Anything else."},
]
MOCKLLM = [
    {"when": {"input": {"regex": r"(?i)^\s*what\ colour\ is\ the\ sky\?\s*$"}}, "reply": "Blue."},
    {"when": {"input": {"regex": r"(?i)^\s*what\ is\ 2\+2\?\s*$"}}, "reply": "2+2 equals 9."},
    {"reply": "I don't know."},
]
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "18"}
CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}


@pytest.mark.parametrize(
    ("name", "rules", "whys"),
    [
        (
            "aimock.json",
            AIMOCK,
            [
                "`latency`",
                "the condition `inputText`, for which rules have no equivalent",
                "an endpoint other than chat",
            ],
        ),
        ("mockllm.yml", MOCKLLM, ["`settings`"]),
    ],
)
def test_fixtures_become_rules(name: str, rules: list[Any], whys: list[str]):
    left_out: list[LeftOut] = []
    recordings = Recordings(FORMATS / name)

    assert recordings.rules(left_out.append) == rules
    assert [one.why for one in left_out] == whys


def test_rules_answer_as_the_fixtures_did(server: MockServer, tmp_path: Path):
    target = tmp_path / "rules.yaml"
    assert main(["import", str(FORMATS / "aimock.json"), "--to", str(target)]) == 0
    assert check_fixtures([target]) == []
    workspace = server.workspace()
    workspace.load(target)

    def said(given: Any, **more: Any) -> Any:
        body = {"model": "gpt-4o", "input": given, **more}
        reply = send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key)
        items = reply.json.get("output", [])
        return [item.get("name") or item["content"][0]["text"] for item in items if item["type"] != "reasoning"]

    asked = {"role": "user", "content": "The weather?"}
    assert said("Well, hello.") == ["Hello! How can I help?"]
    assert said([asked]) == ["get_weather"]
    assert said([asked, CALL, OUTPUT]) == ["It is 18 °C."]
    assert [said("twice"), said("twice"), said("twice")] == [["One."], ["Two."], ["Anything else."]]
    assert said("busy") == []
    server.discard(workspace)


@pytest.mark.parametrize("key", ["sequenceIndex", "turnIndex"])
def test_fixture_of_one_turn_answers_once(tmp_path: Path, key: str):
    path = tmp_path / "fixtures.json"
    path.write_text(json.dumps({"fixtures": [{"match": {"userMessage": "x", key: 0}, "response": {"content": "y"}}]}))

    assert [rule["times"] for rule in Recordings(path).rules()] == [1]


def test_rules_are_written_once(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    source, target = FORMATS / "mockllm.yml", tmp_path / "rules.yaml"

    assert [main(["import", str(source), "--to", str(target)]) for _ in range(2)] == [0, 0]
    target.write_text("- reply: Mine.\n")
    assert main(["import", str(source), "--to", str(target)]) == 2

    said = capsys.readouterr()
    assert said.out == (
        f"{target}: 3 rules imported from {source} (mockllm); not kept: `settings` (1).\n"
        f"{target}: nothing new in {source} (mockllm), 3 rules already present; not kept: `settings` (1).\n"
    )
    assert said.err.splitlines()[-1:] == [
        f"mockserver: {target}: is there already, with other rules; name another file, or delete it"
    ]
