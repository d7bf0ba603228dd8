"""Which call each output answers, and how errors name the output."""

from collections.abc import Mapping

OUTPUTS: Mapping[str, tuple[str, str]] = {
    # output type: (type of its call, its name in `No tool call found for …`)
    "function_call_output": ("function_call", "function call output"),  # microsoft/vscode#320060
    "custom_tool_call_output": ("custom_tool_call", "custom tool call output"),  # the rest: ours, in the same family
    "computer_call_output": ("computer_call", "computer call output"),
    "shell_call_output": ("shell_call", "shell call output"),
    "apply_patch_call_output": ("apply_patch_call", "apply patch call output"),
}

ANSWERED: frozenset[str] = frozenset({"function_call", "custom_tool_call"})
"""Calls that must have their output in the input before the model goes on; the others may be run by the API itself."""
FOLLOWERS: frozenset[str] = frozenset({"message", "reasoning"})
"""What may follow a reasoning item besides calls; a message only where the assistant says it."""
