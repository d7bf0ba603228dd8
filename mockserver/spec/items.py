"""How each item type looks when it is finished: id prefix, keys in wire order, values that a script may leave out.

A row serves every reader: builders complete items by it, the store gives ids by it, the emitter opens items by it
(`mockserver/events/steps.py` has what happens between opening and done).

Source: OBSERVED item tables (recorded key orders), openai 3.52.0 types for the rows marked `types`.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple


class Fill(Enum):
    """What stands in a row where there is no constant."""

    REQUIRED = "the script must say it"
    OPTIONAL = "absent unless said"
    CALL_ID = "a new call_id"
    STATUS = "completed, or incomplete where the response is"


REQUIRED, OPTIONAL, CALL_ID, STATUS = Fill

DONE = "completed"
"""The status of types that are never incomplete."""


class ItemRow(NamedTuple):
    """One item type: its id prefix and its keys after `id` and `type`, in wire order."""

    prefix: str
    keys: Mapping[str, Any]


def _row(prefix: str, **keys: Any) -> ItemRow:
    return ItemRow(prefix=prefix, keys=keys)


ITEMS: Mapping[str, ItemRow] = {
    "message": _row("msg", status=STATUS, content=REQUIRED, phase=OPTIONAL, role="assistant"),
    "reasoning": _row("rs", content=[], encrypted_content=OPTIONAL, summary=[]),
    "function_call": _row(
        "fc",
        status=STATUS,
        arguments="{}",
        call_id=CALL_ID,
        caller=OPTIONAL,
        name=REQUIRED,
        namespace=OPTIONAL,
    ),
    "function_call_output": _row("fc", status=STATUS, call_id=REQUIRED, output=REQUIRED),  # id: rec FunctionCallWorks
    "custom_tool_call": _row("ctc", status=STATUS, call_id=CALL_ID, input="", name=REQUIRED),
    "custom_tool_call_output": _row("ctco", status=STATUS, call_id=REQUIRED, output=REQUIRED),  # types
    "web_search_call": _row("ws", status=STATUS, action={"type": "search", "queries": [], "query": ""}),
    "file_search_call": _row("fs", status=STATUS, queries=[], results=None),
    "code_interpreter_call": _row("ci", status=STATUS, code="", container_id=REQUIRED, outputs=None),
    "image_generation_call": _row(
        "ig",
        status=DONE,
        action=OPTIONAL,
        background="opaque",
        output_format="png",
        quality="medium",
        result=None,
        revised_prompt=None,
        size="1024x1024",
    ),
    "computer_call": _row(
        "cu", status=STATUS, action=OPTIONAL, actions=OPTIONAL, call_id=CALL_ID, pending_safety_checks=[]
    ),
    "computer_call_output": _row("cuo", status=STATUS, call_id=REQUIRED, output=REQUIRED),  # types
    "mcp_list_tools": _row("mcpl", server_label=REQUIRED, tools=[]),
    "mcp_call": _row(
        "mcp",
        status=STATUS,
        approval_request_id=None,
        arguments="{}",
        error=None,
        name=REQUIRED,
        output=None,
        server_label=REQUIRED,
    ),
    "mcp_approval_request": _row("mcpr", arguments="{}", name=REQUIRED, server_label=REQUIRED),
    "mcp_approval_response": _row("mcpa", approval_request_id=REQUIRED, approve=REQUIRED, reason=OPTIONAL),  # types
    "local_shell_call": _row("lsh", status=STATUS, action=REQUIRED, call_id=CALL_ID),
    "local_shell_call_output": _row("lsho", status=STATUS, output=REQUIRED),  # types
    "shell_call": _row("sh", status=STATUS, action=REQUIRED, call_id=CALL_ID, environment=OPTIONAL),
    "shell_call_output": _row("sho", status=STATUS, call_id=REQUIRED, max_output_length=None, output=[]),
    "apply_patch_call": _row("apc", status=DONE, call_id=CALL_ID, operation=REQUIRED),
    "apply_patch_call_output": _row("apco", status=DONE, call_id=REQUIRED, output=OPTIONAL),  # types
    "tool_search_call": _row("tsc", status=STATUS, arguments={}, call_id=None, execution="server"),
    "tool_search_output": _row("tso", status=STATUS, call_id=None, execution="server", tools=[]),
    "additional_tools": _row("at", role="developer", tools=[]),  # types; prefix is a choice of ours
    "compaction": _row("cmp", encrypted_content=REQUIRED),
    "program": _row("cm", call_id=CALL_ID, code="", fingerprint=REQUIRED),
    "program_output": _row("cmo", status=STATUS, call_id=REQUIRED, result=REQUIRED),
}

# The parts of a message and of reasoning, likewise: a key left out gets this value.
PARTS: Mapping[str, Mapping[str, Any]] = {
    "output_text": {"annotations": [], "logprobs": [], "text": REQUIRED},
    "refusal": {"refusal": REQUIRED},
    "reasoning_text": {"text": REQUIRED},
    "summary_text": {"text": REQUIRED},
}
