"""Calls and their outputs: what pairs, and how errors name it."""

from collections.abc import Mapping

OUTPUTS: Mapping[str, str] = {
    # output type: its name in `No tool call found for …`
    "function_call_output": "function call output",  # microsoft/vscode#320060
    "custom_tool_call_output": "custom tool call output",  # the rest: ours, in the same family
    "computer_call_output": "computer call output",
    "shell_call_output": "shell call output",
    "apply_patch_call_output": "apply patch call output",
}
"""Items that need a call with their `call_id`, of whatever type: Codex CLI answers a `local_shell_call` with a
`function_call_output`."""

ANSWERED: frozenset[str] = frozenset({"function_call", "custom_tool_call"})
"""Calls that must have their output in the input before the model goes on; the others may be run by the API itself."""
FOLLOWERS: frozenset[str] = frozenset({"message", "reasoning"})
"""What may follow a reasoning item besides calls; a message only where the assistant says it."""

TOOL_OUTPUTS: Mapping[str, str] = {
    "function_call_output": "function_call",
    "custom_tool_call_output": "custom_tool_call",
    "computer_call_output": "computer_call",
    "local_shell_call_output": "local_shell_call",
    "shell_call_output": "shell_call",
    "apply_patch_call_output": "apply_patch_call",
    "mcp_approval_response": "mcp_approval_request",
}
"""Item types that a client sends back, with the type of the call that each answers."""
