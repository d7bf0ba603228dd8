"""Replies: what scripts say, read once into items and into what makes items of a request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, TypeAlias

from mockserver.authoring.arguments import arguments_for, parameters
from mockserver.authoring.diagnostics import (
    collect,
    describe,
    one_of,
    problem,
    read_list,
    read_mapping,
)
from mockserver.authoring.json_schema import of_arguments, of_type
from mockserver.authoring.takes import OBJECT, TEXT, a_list, mapping, takes
from mockserver.model import build
from mockserver.model.answer import VariesWith
from mockserver.model.plan import Item, Plan
from mockserver.model.request import CreateRequest
from mockserver.script.filled_output import FilledOutput
from mockserver.script.functions import ReplyFunction
from mockserver.script.placeholders import FillableObject, read_placeholders
from mockserver.spec.item_row import REQUIRED
from mockserver.spec.item_types import ITEM_TYPES

ReplyPart: TypeAlias = Item | FillableObject | FilledOutput | ReplyFunction
ReplyParts: TypeAlias = Plan | ReplyFunction | Sequence[ReplyPart]
"""What a reply has been read into: everything by hand, a function, or items and what makes them, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """One builder of items as fixture files name it; `renamed` are shorter names of its parameters."""

    make: Callable[..., Item | FilledOutput]
    renamed: Mapping[str, str] = field(default_factory=dict)
    takes_value: bool = False
    """Whether all that is written is its one argument, also a mapping."""


BUILDERS: Mapping[str, Builder] = {
    "message": Builder(make=build.message, renamed={"text": "text_or_parts"}),
    "refusal": Builder(make=build.refusal),
    "reasoning": Builder(make=build.reasoning),
    "json": Builder(make=build.json_message, takes_value=True),
    "fill": Builder(make=FilledOutput, takes_value=True),
    "function_call": Builder(make=build.call_of_function),
    "custom_tool_call": Builder(make=build.custom_tool_call),
    "web_search_call": Builder(make=build.web_search_call),
    "file_search_call": Builder(make=build.file_search_call),
    "code_interpreter_call": Builder(make=build.code_interpreter_call),
    "image_generation_call": Builder(make=build.image_generation_call, renamed={"result": "result_b64"}),
    "computer_call": Builder(make=build.computer_call),
    "mcp_list_tools": Builder(make=build.mcp_list_tools),
    "mcp_call": Builder(make=build.mcp_call),
    "mcp_approval_request": Builder(make=build.mcp_approval_request),
    "local_shell_call": Builder(make=build.local_shell_call),
    "shell_call": Builder(make=build.shell_call),
    "shell_call_output": Builder(make=build.shell_call_output),
    "apply_patch_call": Builder(make=build.apply_patch_call),
    "tool_search_call": Builder(make=build.tool_search_call),
    "tool_search_output": Builder(make=build.tool_search_output),
    "compaction": Builder(make=build.compaction),
    "program": Builder(make=build.program),
    "program_output": Builder(make=build.program_output),
}


@dataclass(frozen=True, kw_only=True)
class ScriptedReply:
    """What a rule answers with, as it has been read: what no function and no placeholder makes is made already."""

    parts: ReplyParts
    stated: Mapping[str, Any] = field(default_factory=dict)
    """Fields of its plans besides the output; `overrides` may be a template."""

    @cached_property
    def varies_with(self) -> VariesWith:
        """What its plans depend on: functions may look at anything, placeholders at the request, else it is fixed."""
        if "events" in self.stated:
            return "call"
        parts = self.parts if isinstance(self.parts, Sequence) else [self.parts]
        if any(isinstance(one, ReplyFunction) for one in parts):
            return "call"
        templates = isinstance(self.stated.get("overrides"), FillableObject) or any(
            isinstance(one, FillableObject | FilledOutput) for one in parts
        )
        return "content" if templates else "shape"

    async def called(self, request: CreateRequest) -> "ScriptedReply":
        """The reply with what its functions return for a request, instead of the functions.

        Raises: ScriptError for a function that raises, or returns what no reply may be.
        """
        return replace(self, parts=await _called(self.parts, request))

    def plan(self, request: CreateRequest) -> Plan:
        """The plan for a request; a plan given as such keeps what this reply does not state.

        Raises: ScriptError where the parts make no items.
        """
        stated = self.stated
        if isinstance(overrides := stated.get("overrides"), FillableObject):
            stated = {**stated, "overrides": overrides.fill(request)}
        if isinstance(self.parts, Plan):
            return replace(self.parts, **stated)
        assert not isinstance(self.parts, ReplyFunction)  # noqa: S101 - it has been called
        return Plan(output=[_item_of(part, request) for part in self.parts], **stated)


async def _called(parts: ReplyParts, request: CreateRequest) -> Plan | Sequence[ReplyPart]:
    if isinstance(parts, Plan):
        return parts
    if isinstance(parts, ReplyFunction):
        return await _called(read_parts(await parts.call(request)), request)
    found: list[ReplyPart] = []
    for part in parts:
        if not isinstance(part, ReplyFunction):
            found.append(part)
            continue
        made = await _called(part, request)
        if isinstance(made, Plan):
            raise problem(f"expected text, an item, or a list of these, got {describe(made)}.")
        found += made
    return found


def _item_of(part: ReplyPart, request: CreateRequest) -> Item:
    if isinstance(part, FillableObject):
        part = part.fill(request)
    if isinstance(part, FilledOutput):
        return part.fill(request)
    item: Item = _copied(part)
    return item


def _copied(value: Any) -> Any:
    """JSON that may be changed without changing what it was copied from."""
    if isinstance(value, dict):
        return {key: _copied(one) if isinstance(one, dict | list) else one for key, one in value.items()}
    return [_copied(one) if isinstance(one, dict | list) else one for one in value]


def parallel(*parts: Any) -> list[Any]:
    """Several calls in one response."""
    return list(parts)


@takes(lambda **_: _accepted(), name="reply")
def read_parts(written: Any, *, placeholders: bool = False) -> ReplyParts:
    """What a reply may be: text, items, `{builder: …}`, lists of these, functions that return these, or a plan.

    `placeholders` says whether `${…}` in texts stands for something of the request. Functions are not called.

    Raises: ProblemError, all problems at once.
    """
    if isinstance(written, Plan):
        return written
    if callable(written):
        return ReplyFunction(written)
    return _parts(written, placeholders=placeholders)


def _parts(written: Any, *, placeholders: bool) -> Sequence[ReplyPart]:
    inside = partial(_parts, placeholders=placeholders)
    if isinstance(written, list | tuple):
        return [part for several in read_list(written, inside) for part in several]
    if isinstance(written, Mapping) and set(written) == {"parallel"}:
        parallel_parts: Sequence[ReplyPart] = read_mapping(written, {"parallel": inside})["parallel"]
        return parallel_parts
    if callable(written):
        return [ReplyFunction(written)]
    if build.is_record(written):
        return [build.json_message(written)]
    if not isinstance(written, str | Mapping):
        raise problem(f"expected text, an item, or a list of these, got {describe(written)}.")
    return [_part(written, read_placeholders(written) if placeholders else written)]


def _part(written: Any, read: Any) -> Item | FillableObject | FilledOutput:
    """One item; `read` is what was written with its placeholders read, the same object where there are none."""
    template = _item(read)
    return template.make(**template.arguments) if read is written else template


def _item(written: str | Mapping[str, Any]) -> FillableObject:
    """What makes a message of text, and of a mapping itself where it has a `type`, else `{builder: its arguments}`."""
    if isinstance(written, str):
        return FillableObject(make=build.message, arguments={"text_or_parts": written})
    if "type" in written:
        _check_raw(written)
        return FillableObject(make=_raw_item, arguments=written)
    if len(written) != 1:
        got = describe(dict(written))
        raise problem(f"expected an item with a 'type', or one builder with its arguments, got {got}.")
    ((name, arguments),) = written.items()
    return collect([(str(name), partial(_builder, name, arguments))])[0]


def _raw_item(**fields: Any) -> Item:
    """An item as it is now: whoever wrote it may change it later."""
    item: Item = _copied(fields)
    return item


def _builder(name: str, written: Any) -> FillableObject:
    row = BUILDERS[one_of(name, {*BUILDERS, "parallel"}, what="item")]
    first, *_ = parameters(row.make)
    if row.takes_value:
        written = {first: written}
    arguments = written if isinstance(written, Mapping) else {_shortest(row, first): written}
    return FillableObject(make=row.make, arguments=arguments_for(row.make, arguments, renamed=row.renamed))


def _shortest(row: Builder, parameter: str) -> str:
    return next((new for new, old in row.renamed.items() if old == parameter), parameter)


def _check_raw(item: Mapping[str, Any]) -> None:
    if not isinstance(item["type"], str):
        raise problem(f"expected a string, got {describe(item['type'])}.", "type")
    row = ITEM_TYPES.get(item["type"])
    lacking = [key for key, default in row.keys.items() if default is REQUIRED and key not in item] if row else []
    if lacking:
        raise problem(f"an item of type '{item['type']}' lacks {' and '.join(repr(key) for key in lacking)}.")


def _accepted() -> Mapping[str, Any]:
    """The schema of a reply in a file: text, a list, an item of the wire, or one builder with its arguments."""
    item = {**OBJECT, "required": ["type"], "properties": {"type": TEXT}}
    builders = {"parallel": a_list(read_parts), **{name: _accepted_by(row) for name, row in BUILDERS.items()}}
    one = mapping(builders, minProperties=1, maxProperties=1)
    return {"anyOf": [TEXT, a_list(read_parts), item, one]}


def _accepted_by(row: Builder) -> Mapping[str, Any]:
    first, *rest = parameters(row.make).values()
    if row.takes_value:
        accepted: Mapping[str, Any] = {"allOf": [of_type(first.annotation)]}
        return accepted
    arguments = of_arguments(row.make, renamed=row.renamed)
    if any(one.default is one.empty for one in rest):
        return arguments
    return {"anyOf": [arguments, {"allOf": [of_type(first.annotation), {"not": OBJECT}]}]}
