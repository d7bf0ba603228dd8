"""Whether the tools that a request's choice names are offered, by the request or by what joins it."""

from mockserver.model.request import CreateRequest
from mockserver.model.tools import ALLOWED_TOOLS, chosen_entries, is_named
from mockserver.spec.api_errors import api_error

# How an entry of allowed tools is named in the error; what is said of servers and namespaces is not known.
_ENTRY_NAMES = {"function": "name", "custom": "name", "mcp": None, "namespace": None}


def check_tool_choice(request: CreateRequest) -> None:
    """Refuse a choice of what is not offered. A stored prompt may have tools, so with one everything passes.

    Raises: ApiError that names the type of the choice, or the first of the allowed tools that is not there.
    """
    choice = request.body["tool_choice"]
    if request.body.get("prompt"):
        return
    if choice == "required" and not request.offered:
        raise api_error("no_tool_to_require")
    for entry in chosen_entries(choice):
        kind = entry["type"]
        key = _ENTRY_NAMES.get(kind, "type") if choice["type"] == ALLOWED_TOOLS else "type"
        if key is not None and not any(is_named(tool, entry) for tool in request.offered):
            raise api_error("tool_not_offered", tool=entry[key])
