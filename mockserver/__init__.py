"""A mock server and record/replay test double for OpenAI's Responses API and Conversations API.

>>> from mockserver import MockServer
>>> with MockServer() as server:
...     server.base_url  # a client's base_url; any API key is good
'http://127.0.0.1:.../v1'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.clock import FrozenClock, ManualClock, RealClock
    from mockserver.errors import (
        ApiError,
        CassetteError,
        MismatchError,
        MockServerError,
        ScriptError,
        ServerError,
        SettingsError,
    )
    from mockserver.model.build import (
        apply_patch_call,
        code_interpreter_call,
        compaction,
        computer_call,
        container_file_citation,
        custom_tool_call,
        file_citation,
        file_search_call,
        function_call,
        image_generation_call,
        local_shell_call,
        mcp_approval_request,
        mcp_call,
        mcp_list_tools,
        message,
        program,
        program_output,
        reasoning,
        refusal,
        shell_call,
        shell_call_output,
        tool_search_call,
        tool_search_output,
        url_citation,
        web_search_call,
    )
    from mockserver.model.fault import Fault
    from mockserver.model.plan import Pace, Plan
    from mockserver.model.request import CreateRequest
    from mockserver.script.matchers import (
        all_of,
        any_of,
        contains,
        exact,
        glob,
        json_schema,
        not_,
        predicate,
        present,
        regex,
    )
    from mockserver.script.replies import parallel
    from mockserver.script.rules import Rule
    from mockserver.server import MockServer
    from mockserver.settings import Settings
    from mockserver.state.gate import Gate
    from mockserver.state.journal import Exchange
    from mockserver.workspace import Workspace

__version__ = "0.1.0"

__all__ = [
    "ApiError",
    "CassetteError",
    "CreateRequest",
    "Exchange",
    "Fault",
    "FrozenClock",
    "Gate",
    "ManualClock",
    "MismatchError",
    "MockServer",
    "MockServerError",
    "Pace",
    "Plan",
    "RealClock",
    "Rule",
    "ScriptError",
    "ServerError",
    "Settings",
    "SettingsError",
    "Workspace",
    "all_of",
    "any_of",
    "apply_patch_call",
    "code_interpreter_call",
    "compaction",
    "computer_call",
    "container_file_citation",
    "contains",
    "custom_tool_call",
    "exact",
    "file_citation",
    "file_search_call",
    "function_call",
    "glob",
    "image_generation_call",
    "json_schema",
    "local_shell_call",
    "mcp_approval_request",
    "mcp_call",
    "mcp_list_tools",
    "message",
    "not_",
    "parallel",
    "predicate",
    "present",
    "program",
    "program_output",
    "reasoning",
    "refusal",
    "regex",
    "shell_call",
    "shell_call_output",
    "tool_search_call",
    "tool_search_output",
    "url_citation",
    "web_search_call",
]

# Where public names live that are not builders of items. All are loaded when they are first used: a test session that
# never starts a server pays nothing.
_HOME_OF = {
    "ApiError": "errors",
    "CassetteError": "errors",
    "CreateRequest": "model.request",
    "Exchange": "state.journal",
    "Fault": "model.fault",
    "FrozenClock": "clock",
    "Gate": "state.gate",
    "ManualClock": "clock",
    "MismatchError": "errors",
    "MockServer": "server",
    "MockServerError": "errors",
    "Pace": "model.plan",
    "Plan": "model.plan",
    "RealClock": "clock",
    "Rule": "script.rules",
    "ScriptError": "errors",
    "ServerError": "errors",
    "Settings": "settings",
    "SettingsError": "errors",
    "Workspace": "workspace",
    "all_of": "script.matchers",
    "any_of": "script.matchers",
    "contains": "script.matchers",
    "exact": "script.matchers",
    "glob": "script.matchers",
    "json_schema": "script.matchers",
    "not_": "script.matchers",
    "parallel": "script.replies",
    "predicate": "script.matchers",
    "present": "script.matchers",
    "regex": "script.matchers",
}
_BUILDERS = "model.build"


def __getattr__(name: str) -> Any:
    """A public name, from its home."""
    if name not in __all__:
        raise AttributeError(f"module 'mockserver' has no attribute {name!r}; it offers {', '.join(__all__)}")
    value = getattr(import_module(f"mockserver.{_HOME_OF.get(name, _BUILDERS)}"), name)
    globals()[name] = value
    return value
