"""Calls and their outputs, as the rows of `item_types` pair them, and how errors name them."""

from collections.abc import Mapping

from mockserver.spec.item_types import ITEM_TYPES

TOOL_CALLS: Mapping[str, tuple[str, ...]] = {
    tool: tuple(name for name, row in ITEM_TYPES.items() if row.tool == tool)
    for tool in (row.tool for row in ITEM_TYPES.values())
    if tool
}
"""The types of the items that calling a tool leaves, by the tool's type."""

TOOL_OUTPUTS: Mapping[str, str] = {row.answered_by: name for name, row in ITEM_TYPES.items() if row.answered_by}
"""Item types that a client sends back, with the type of the call that each answers."""

OUTPUTS: Mapping[str, str] = {
    name: name.replace("_", " ") for name in TOOL_OUTPUTS if "call_id" in ITEM_TYPES[name].keys
}
"""Outputs that need a call with their `call_id`, with their name in `No tool call found for …`.

The call may be of any type: Codex CLI answers a `local_shell_call` with a `function_call_output`. Source of the name of
a `function_call_output`: microsoft/vscode#320060; the others follow it.
"""

ANSWERED = frozenset(name for name, row in ITEM_TYPES.items() if row.awaits_answer)
"""Calls that must have their output in the input before the model goes on."""

NO_FOLLOWERS = frozenset(name for name, row in ITEM_TYPES.items() if not row.after_reasoning)
"""What cannot be the item that a reasoning item led to; nor can a message that is not the assistant's."""
