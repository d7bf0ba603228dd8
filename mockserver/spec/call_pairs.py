"""Calls and their outputs, as the rows of `item_types` pair them, and how errors name them."""

from collections.abc import Mapping

from mockserver.spec.item_types import ITEM_TYPES

TOOL_CALLS: Mapping[str, tuple[str, ...]] = {
    tool: tuple(name for name, row in ITEM_TYPES.items() if row.tool == tool)
    for tool in (row.tool for row in ITEM_TYPES.values())
    if tool
}
"""The types of the items that calling a tool leaves, by the tool's type."""

ANSWERS: Mapping[str, str] = {row.answered_by: name for name, row in ITEM_TYPES.items() if row.answered_by}
"""All that answers a call or a question, with the type of that."""

TOOL_OUTPUTS: Mapping[str, str] = {name: call for name, call in ANSWERS.items() if not ITEM_TYPES[call].goes_on}
"""Item types that a client sends back, with the type of the call that each answers; the model talks about them."""

OUTPUTS: Mapping[str, str] = {name: name.replace("_", " ") for name in ANSWERS if "call_id" in ITEM_TYPES[name].keys}
"""Outputs that need a call with their `call_id`, with their name in `No tool call found for …`.

The call may be of any type: Codex CLI answers a `local_shell_call` with a `function_call_output`. Source of the name of
a `function_call_output`: microsoft/vscode#320060; the others follow it, as public reports of custom tools do.
"""

OPEN_CALLS: Mapping[str, str] = {
    name: name.replace("_", " ") for name in ANSWERS.values() if "call_id" in ITEM_TYPES[name].keys
}
"""Calls that must have their output in the input before the model goes on, with their name in `No tool output found …`.

Sources: openai/codex#93, diegosouzapw/OmniRoute#8946 (custom tools), microsoft/agent-framework#8663 (shell), and public
quotes for local shells, computers, patches and searches for tools.
"""

APPROVALS: Mapping[str, str] = {
    call: answer for answer, call in ANSWERS.items() if "call_id" not in ITEM_TYPES[call].keys
}
"""What asks the client for an approval, with the type of its answer."""

NO_FOLLOWERS = frozenset(name for name, row in ITEM_TYPES.items() if not row.after_reasoning)
"""What cannot be the item that a reasoning item led to; nor can a message that is not the assistant's."""

NAMED_AFTER_CALLS = frozenset(
    name for name in ANSWERS if ITEM_TYPES[name].keys.keys().isdisjoint({"call_id", "approval_request_id"})
)
"""Answers whose `id` is that of the call. Source: the types, of `local_shell_call_output`."""

LED_TO = frozenset(name for name, row in ITEM_TYPES.items() if row.after_reasoning and row.text and name != "reasoning")
"""What a model writes after its reasoning, and what therefore needs it; lists of tools and compactions are not written.

Sources: issues about `function_call`, `message`, `web_search_call` and `computer_call`; the others follow them.
"""
