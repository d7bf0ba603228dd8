"""What matchers and placeholders look at in a request."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mockserver.authoring.json_path import ABSENT, SeveralValues
from mockserver.codec import dumps
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest, text_of
from mockserver.spec.call_pairs import TOOL_OUTPUTS
from mockserver.spec.tool_aliases import ALIASES

ReadRequest: TypeAlias = Callable[[CreateRequest], Any]
"""Takes one value out of a request; `ABSENT` where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """What the client sent back for one call; `names` are all that the call goes by."""

    names: SeveralValues
    text: str


def tool_outputs(request: CreateRequest) -> list[ToolOutput]:
    """The outputs that have come since the last user message, in order."""
    answers = [item for item in request.turn if item.get("type") in TOOL_OUTPUTS]
    calls = [item for item in request.context if item.get("type") in TOOL_OUTPUTS.values()] if answers else []
    by_id = {call.get("call_id") or call.get("id"): call for call in calls}
    return [_tool_output(item, by_id) for item in answers]


def _tool_output(answer: Item, calls: Mapping[Any, Item]) -> ToolOutput:
    call_id = answer.get("call_id") or answer.get("approval_request_id")
    names = (calls.get(call_id, {}).get("name"), call_id, TOOL_OUTPUTS[answer["type"]])
    return ToolOutput(
        names=SeveralValues(name for name in names if name),
        text=_output_text(answer.get("output", answer.get("approve"))),
    )


def _output_text(output: Any) -> str:
    """Text as it is; the texts of a list of parts; anything else as JSON."""
    if isinstance(output, list):
        return "\n".join(_output_text(part.get("text", part) if isinstance(part, dict) else part) for part in output)
    return output if isinstance(output, str) else dumps(output).decode("utf-8", "replace")


def output_names(request: CreateRequest) -> SeveralValues:
    """All that the answered calls go by: the function's name, the call id, the call's item type."""
    return SeveralValues(name for output in tool_outputs(request) for name in output.names)


def tool_names(request: CreateRequest) -> SeveralValues:
    """All that the offered tools go by: names, labels of MCP servers, types and what types are short for."""
    return SeveralValues(name for tool in request.offered for name in _names(tool))


def _names(tool: Mapping[str, Any]) -> Iterator[str]:
    kind = tool.get("type")
    inner = tool.get("tools") if kind == "namespace" else None
    for one in inner or ():
        yield from _names(one)
    yield from (name for name in (tool.get("name"), tool.get("server_label"), kind, ALIASES.get(kind or "")) if name)


def message_texts(request: CreateRequest, *, role: str | None = None) -> SeveralValues:
    """The texts of all messages, or of a role's."""
    messages = (item for item in request.context if item.get("type") == "message")
    return SeveralValues(text_of(item) for item in messages if role in {None, item.get("role")})


def user_text(request: CreateRequest) -> Any:
    """The text of the last user message."""
    return request.user_text or ABSENT


def instructions(request: CreateRequest) -> Any:
    """The instructions; a list of messages as their texts."""
    given = request.body.get("instructions")
    if isinstance(given, list):
        given = "\n".join(text_of(message) for message in given if isinstance(message, dict))
    return given or ABSENT


def previous_response_id(request: CreateRequest) -> Any:
    """The response that this one continues."""
    return request.body.get("previous_response_id") or ABSENT


def conversation_id(request: CreateRequest) -> Any:
    """The conversation, given as an id or as an object."""
    given = request.body.get("conversation")
    return (given.get("id") if isinstance(given, Mapping) else given) or ABSENT
