"""The table of item types: its rows agree with themselves, whoever needs them derives from them, a new row suffices."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mockserver
from mockserver.default.hosted_tools import HOSTED_CALLERS
from mockserver.default.tool_choice import HOSTED_TOOLS, OWN_TOOLS
from mockserver.replay.canonical import PREFIXES
from mockserver.script.replies import BUILDERS
from mockserver.spec.call_pairs import APPROVALS, LED_TO, NO_FOLLOWERS, OPEN_CALLS, OUTPUTS, TOOL_CALLS, TOOL_OUTPUTS
from mockserver.spec.event_steps import Images, Outputs, Parts, Signal, Text
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.spec.request_fields import INPUT_ITEM_TYPES
from tests.support.event_types import event_types

ROOT = Path(__file__).parents[2]
ROWS = [pytest.param(name, row, id=name) for name, row in ITEM_TYPES.items()]


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_row_names_only_keys_that_it_has(name, row):
    fields = [step.field for step in row.steps if isinstance(step, Text | Parts | Outputs)]
    copied = [key for step in row.steps if isinstance(step, Images) for key in step.copied]
    named = {path.partition(".")[0] for path in (*row.text, *row.returned, *row.opened, *fields)}

    assert named - {"status"} <= set(row.keys), name
    assert {*row.missing, *copied} <= set(row.keys), name


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_what_comes_in_deltas_is_text_of_the_item(name, row):
    fields = {step.field for step in row.steps if isinstance(step, Text | Parts | Outputs)}

    assert fields <= set(row.text), name


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_row_belongs_to_its_pair(name, row):
    assert (row.answered_by or "message") in ITEM_TYPES
    assert not (row.goes_on and row.answered_by is None)
    assert row.kept is None or row.kept in row.keys
    assert row.after_reasoning is not (name.endswith("_output") or name == "mcp_approval_response")


def test_prefixes_tell_item_types_apart_but_for_functions():
    prefixes = [row.prefix for row in ITEM_TYPES.values()]

    assert sorted(prefix for prefix in prefixes if prefixes.count(prefix) > 1) == ["fc", "fc"]
    assert set(prefixes) <= set(PREFIXES)


def test_calls_and_outputs_are_paired_as_recorded():
    assert TOOL_OUTPUTS == {
        "function_call_output": "function_call",
        "custom_tool_call_output": "custom_tool_call",
        "computer_call_output": "computer_call",
        "mcp_approval_response": "mcp_approval_request",
        "local_shell_call_output": "local_shell_call",
        "shell_call_output": "shell_call",
        "apply_patch_call_output": "apply_patch_call",
    }
    assert OUTPUTS == {
        "function_call_output": "function call output",
        "custom_tool_call_output": "custom tool call output",
        "computer_call_output": "computer call output",
        "shell_call_output": "shell call output",
        "apply_patch_call_output": "apply patch call output",
        "tool_search_output": "tool search output",
    }
    assert OPEN_CALLS == {
        "function_call": "function call",
        "custom_tool_call": "custom tool call",
        "computer_call": "computer call",
        "local_shell_call": "local shell call",
        "shell_call": "shell call",
        "apply_patch_call": "apply patch call",
        "tool_search_call": "tool search call",
    }
    assert APPROVALS == {"mcp_approval_request": "mcp_approval_response"}
    assert set(TOOL_OUTPUTS) < NO_FOLLOWERS
    assert TOOL_CALLS["mcp"] == ("mcp_call", "mcp_approval_request")


def test_what_a_model_writes_goes_with_its_reasoning():
    not_written = {"reasoning", "mcp_list_tools", "compaction"}

    assert set(ITEM_TYPES) - NO_FOLLOWERS - not_written == LED_TO


def test_wire_lists_the_item_types_of_2026_08():
    assert (
        *("additional_tools", "agent_message", "apply_patch_call", "apply_patch_call_output", "code_interpreter_call"),
        *("compaction", "compaction_trigger", "computer_call", "computer_call_output", "custom_tool_call"),
        *("custom_tool_call_output", "file_search_call", "function_call", "function_call_output"),
        *("image_generation_call", "item_reference", "local_shell_call", "local_shell_call_output"),
        *("mcp_approval_request", "mcp_approval_response", "mcp_call", "mcp_list_tools", "message"),
        *("multi_agent_call", "multi_agent_call_output", "program", "program_output", "reasoning", "shell_call"),
        *("shell_call_output", "tool_search_call", "tool_search_output", "web_search_call"),
    ) == INPUT_ITEM_TYPES


def test_builders_cover_what_a_reply_can_hold():
    only_clients_send = {
        *("function_call_output", "custom_tool_call_output", "computer_call_output", "mcp_approval_response"),
        *("local_shell_call_output", "apply_patch_call_output", "additional_tools"),
    }

    written_in_full = {"agent_message", "multi_agent_call", "multi_agent_call_output"}  # a beta, which may change

    assert set(BUILDERS) - {"refusal", "json", "fill"} == set(ITEM_TYPES) - only_clients_send - written_in_full
    assert set(BUILDERS) - {"json", "fill"} <= set(mockserver.__all__)


def test_every_tool_has_its_words_and_its_caller():
    assert set(TOOL_CALLS) == {*HOSTED_TOOLS, *OWN_TOOLS}
    assert set(HOSTED_CALLERS) == set(HOSTED_TOOLS)


def test_failure_signals_are_among_the_event_types():
    failed = {step.failed for row in ITEM_TYPES.values() for step in row.steps if isinstance(step, Signal)} - {None}

    assert failed == {"response.mcp_call.failed", "response.mcp_list_tools.failed"}
    assert failed <= event_types()


@pytest.fixture(scope="module")
def invented():
    """What a process saw that has a row and a builder for `hologram_call`, and nothing else."""
    program = Path(__file__).with_name("invented_type.py")
    ended = subprocess.run(
        [sys.executable, str(program)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_invented_item_is_created_and_stored(invented):
    call = invented["created"]

    assert list(call) == ["id", "type", "status", "beam", "call_id"]
    assert call["id"].startswith("holo_")
    assert call["beam"] == "a blue bird"
    assert invented["stored"] == [call]


def test_answer_to_invented_call_is_required_of_its_client(invented):
    assert invented["required"] == [{"type": "hologram_call_output", "call_id": invented["created"]["call_id"]}]


def test_invented_item_is_streamed(invented):
    assert invented["events"] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.hologram_call.in_progress",
        "response.hologram_call_beam.delta",
        "response.hologram_call_beam.delta",
        "response.hologram_call_beam.delta",
        "response.hologram_call_beam.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert (invented["opened"]["status"], invented["opened"]["beam"]) == ("in_progress", "")
    assert invented["folded"] == "a blue bird"


def test_invented_item_is_counted_and_reported(invented):
    assert invented["usage"] == 3 + 1
    assert invented["journal"] == "    hologram_call 'a blue bird'"


def test_invented_item_is_answered_and_listed(invented):
    assert invented["answered"] == "Seen."
    assert [item["type"] for item in invented["listed"]] == ["hologram_call_output", "hologram_call"]
    assert invented["listed"][0]["id"].startswith("holoo_")


def test_ids_of_an_invented_item_do_not_keep_a_recording_from_matching(invented):
    assert invented["canonical"] is True
