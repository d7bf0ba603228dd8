"""A mock server and record/replay test double for OpenAI's Responses API and Conversations API.

>>> from mockserver import MockServer
>>> with MockServer() as server:
...     server.base_url  # a client's base_url; any API key is good
'http://127.0.0.1:.../v1'
"""

from mockserver.lazy import attach

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "clock": ["FrozenClock", "ManualClock", "RealClock"],
        "configuration": ["load_settings"],
        "errors": [
            "ApiError",
            "CassetteError",
            "MismatchError",
            "MockServerError",
            "ScriptError",
            "ServerError",
            "SettingsError",
        ],
        "model.build": [
            "apply_patch_call",
            "code_interpreter_call",
            "compaction",
            "computer_call",
            "container_file_citation",
            "custom_tool_call",
            "file_citation",
            "file_search_call",
            "function_call",
            "image_generation_call",
            "local_shell_call",
            "mcp_approval_request",
            "mcp_call",
            "mcp_list_tools",
            "message",
            "program",
            "program_output",
            "reasoning",
            "refusal",
            "shell_call",
            "shell_call_output",
            "tool_search_call",
            "tool_search_output",
            "url_citation",
            "web_search_call",
        ],
        "model.fault": ["Fault"],
        "model.plan": ["Pace", "Plan"],
        "model.recorded": ["RecordedExchange"],
        "model.request": ["CreateRequest"],
        "page.report": ["write_report"],
        "script.event_order": ["changing_ids", "doubled", "interleaved", "without"],
        "script.matchers": [
            "all_of",
            "any_of",
            "contains",
            "exact",
            "glob",
            "json_schema",
            "not_",
            "predicate",
            "present",
            "regex",
        ],
        "script.replies": ["parallel"],
        "script.rules": ["Rule"],
        "server": ["MockServer"],
        "settings": ["Settings"],
        "state.gate": ["Gate"],
        "state.exchange": ["Exchange"],
        "workspace": ["Workspace"],
    },
)
