"""What a newer SDK adds, as the table that says which rows to write."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.spec import sdk_changes

STRING = {"type": "string"}


def a_parameter(contract: Any) -> None:
    contract["$defs"]["ResponseCreateParams"]["properties"]["mood"] = {"$ref": "#/$defs/Mood"}
    contract["$defs"]["Mood"] = {"type": "object", "properties": {"tone": STRING, "depth": {"type": "integer"}}}


def a_nested_parameter(contract: Any) -> None:
    contract["$defs"]["ReasoningParam"]["properties"]["pace"] = STRING


def a_model(contract: Any) -> None:
    for name in ("ResponseCreateParams", "Response"):
        models = contract["$defs"][name]["properties"]["model"]["anyOf"]
        next(each for each in models if "enum" in each)["enum"].append("gpt-9")


def a_value(contract: Any) -> None:
    tiers = contract["$defs"]["ResponseCreateParams"]["properties"]["service_tier"]["anyOf"]
    next(each for each in tiers if "enum" in each)["enum"].append("rush")


def an_item(contract: Any) -> None:
    contract["$defs"]["HologramCall"] = {"type": "object", "properties": {"type": {"const": "hologram_call"}}}
    for table in ("input_items", "output_items", "stored_items"):
        contract[table]["hologram_call"] = {"$ref": "#/$defs/HologramCall"}


def a_field_of_an_item(contract: Any) -> None:
    contract["$defs"]["ResponseFunctionToolCall"]["properties"]["mood"] = STRING


def an_event(contract: Any) -> None:
    contract["events"]["response.hologram.done"] = {"type": "object", "properties": {"sequence_number": STRING}}


def a_field_of_an_event(contract: Any) -> None:
    contract["$defs"]["ResponseTextDoneEvent"]["properties"]["mood"] = STRING


def a_tool(contract: Any) -> None:
    contract["$defs"]["LocalTool"] = {"type": "object", "properties": {"type": {"const": "local_tool"}, "mood": STRING}}
    tools = contract["$defs"]["ResponseCreateParams"]["properties"]["tools"]
    contract["$defs"]["ResponseCreateParams"]["properties"]["tools"] = {
        "anyOf": [tools, {"type": "array", "items": {"$ref": "#/$defs/LocalTool"}}]
    }


def a_field_of_the_response(contract: Any) -> None:
    contract["$defs"]["Response"]["properties"]["mood"] = STRING


@pytest.mark.parametrize(
    ("change", "kind", "name"),
    [
        pytest.param(a_parameter, "parameter", "responses.create.mood", id="parameter"),
        pytest.param(a_nested_parameter, "parameter", "responses.create.reasoning.pace", id="nested parameter"),
        pytest.param(a_model, "model", "gpt-9", id="model"),
        pytest.param(a_value, "value", "responses.create.service_tier=rush", id="value"),
        pytest.param(an_item, "item", "hologram_call", id="item"),
        pytest.param(a_field_of_an_item, "item field", "function_call.mood", id="field of an item"),
        pytest.param(an_event, "event", "response.hologram.done", id="event"),
        pytest.param(a_field_of_an_event, "event field", "response.output_text.done.mood", id="field of an event"),
        pytest.param(a_tool, "branch", "responses.create.tools[]:local_tool", id="tool"),
        pytest.param(a_field_of_the_response, "object field", "response.mood", id="field of the response"),
    ],
)
def test_what_is_new_is_one_row_of_the_table(
    change: Callable[[Any], None], kind: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = json.loads(sdk_changes.CONTRACT.read_text(encoding="utf-8")) | {"source": "openai 9.0.0"}
    change(newer)
    (tmp_path / "newer.json").write_text(json.dumps(newer), encoding="utf-8")

    assert sdk_changes.main(["--contract", str(tmp_path / "newer.json")]) == 0
    head, rule, *rows = capsys.readouterr().out.splitlines()
    assert (head, rule) == ("| openai 9.0.0 adds | kind | row to write |", "|---|---|---|")
    assert f"| `{name}` | {kind} | {sdk_changes.ROWS[kind]} |" in rows
    assert {row.split(" | ")[1] for row in rows} == {kind}


def test_nothing_new_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert sdk_changes.main(["--contract", str(sdk_changes.CONTRACT)]) == 0
    source = json.loads(sdk_changes.CONTRACT.read_text(encoding="utf-8"))["source"]
    assert capsys.readouterr().out == f"{source} adds nothing to the contract.\n"


def test_every_row_names_files_that_are_there() -> None:
    named = {path for row in sdk_changes.ROWS.values() for path in re.findall(r"[a-z_]+/[a-z_]+\.py", row)}

    assert named == {
        *("spec/request_fields.py", "spec/models.py", "spec/item_types.py", "spec/event_steps.py"),
        *("model/finish.py", "events/life.py", "spec/echo.py", "default/tool_choice.py"),
    }
    assert all((sdk_changes.CONTRACT.parents[1] / path).is_file() for path in named)
