from mockserver.clock import FrozenClock, ManualClock, RealClock
from mockserver.configuration import load_settings
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
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import CreateRequest
from mockserver.page.report import write_report
from mockserver.script.event_order import changing_ids, doubled, interleaved, without
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
from mockserver.state.exchange import Exchange
from mockserver.state.gate import Gate
from mockserver.workspace import Workspace

__version__: str

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
    "RecordedExchange",
    "Rule",
    "ScriptError",
    "ServerError",
    "Settings",
    "SettingsError",
    "Workspace",
    "all_of",
    "any_of",
    "apply_patch_call",
    "changing_ids",
    "code_interpreter_call",
    "compaction",
    "computer_call",
    "container_file_citation",
    "contains",
    "custom_tool_call",
    "doubled",
    "exact",
    "file_citation",
    "file_search_call",
    "function_call",
    "glob",
    "image_generation_call",
    "interleaved",
    "json_schema",
    "load_settings",
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
    "without",
    "write_report",
]
