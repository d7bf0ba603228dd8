"""Replies: what scripts say, as plans."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal, TypeAlias, cast

from mockserver.authoring.arguments import arguments_for, call, parameters
from mockserver.authoring.diagnostics import as_mapping, collect, describe, one_of, problem
from mockserver.errors import ScriptError
from mockserver.model import build
from mockserver.model.fault import Fault
from mockserver.model.plan import Item, Pace, Plan
from mockserver.model.request import CreateRequest
from mockserver.script.placeholders import filled
from mockserver.spec.items import ITEMS, REQUIRED

Status: TypeAlias = Literal["completed", "incomplete", "failed"]

STATUSES: Final = ("completed", "incomplete", "failed")
INCOMPLETE_REASONS: Final = ("max_output_tokens", "content_filter")
USAGE_KEYS: Final = (
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "total_tokens",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """One builder of items as fixture files name it; `renamed` are shorter names of its parameters."""

    make: Callable[..., Item]
    renamed: Mapping[str, str] = field(default_factory=dict)


BUILDERS: Mapping[str, Builder] = {
    "message": Builder(make=build.message, renamed={"text": "text_or_parts"}),
    "refusal": Builder(make=build.refusal),
    "reasoning": Builder(make=build.reasoning),
    "function_call": Builder(make=build.function_call),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a rule answers with. Raises: ProblemError for options that no response could have."""

    parts: Any
    status: Status | None = None
    incomplete_reason: str | None = None
    error: Mapping[str, Any] | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    pace: Pace | None = None
    templated: bool = False
    """Whether `parts` and `overrides` have placeholders to fill in."""

    def __post_init__(self) -> None:
        checks: dict[str, Callable[[], Any]] = {
            "status": partial(_one_of, self.status, STATUSES),
            "incomplete_reason": partial(_one_of, self.incomplete_reason, INCOMPLETE_REASONS),
            "error": partial(failure_of, self.error or {}),
            "usage": partial(usage_of, self.usage),
        }
        collect(checks.items())
        if self.error and self.status in {"completed", "incomplete"}:
            raise problem(f"'error' belongs to status failed, not to {self.status}.", "error")
        if self.incomplete_reason and self.status in {"completed", "failed"}:
            raise problem(
                f"'incomplete_reason' belongs to status incomplete, not to {self.status}.", "incomplete_reason"
            )

    @property
    def repeatable(self) -> bool:
        """Whether it answers equal requests equally: no function makes it."""
        return not _calls(self.parts)

    def plan(self, request: CreateRequest) -> Plan:
        """The plan for a request; a plan given as such keeps what this reply does not state.

        Raises: ScriptError where the parts make no items.
        """
        parts = _called(filled(self.parts, request) if self.templated else self.parts, request)
        options = self._options(request)
        if isinstance(parts, Plan):
            return replace(parts, **options)
        return Plan(output=items(parts, request), **options)

    def _options(self, request: CreateRequest) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self.status or self.error or self.incomplete_reason:
            options["status"] = self.status or ("failed" if self.error else "incomplete")
        if options.get("status") == "incomplete":
            options["incomplete_reason"] = self.incomplete_reason or INCOMPLETE_REASONS[0]
        if options.get("status") == "failed":
            options["error"] = failure_of(self.error or {})
        if self.overrides:
            options["overrides"] = filled(self.overrides, request) if self.templated else self.overrides
        stated = {"usage": self.usage, "pace": self.pace}
        return options | {key: value for key, value in stated.items() if value}


def parallel(*parts: Any) -> list[Any]:
    """Several calls in one response."""
    return list(parts)


def items(parts: Any, request: CreateRequest) -> list[Item]:
    """The items of a reply: text, items, `{builder: …}`, lists of these, functions of the request that return these.

    Raises: ProblemError for anything else.
    """
    made = _called(parts, request)
    if isinstance(made, list | tuple):
        return [
            item
            for several in collect((n, partial(items, one, request)) for n, one in enumerate(made))
            for item in several
        ]
    if isinstance(made, str):
        return [build.message(made)]
    if isinstance(made, Mapping) and set(made) == {"parallel"}:
        return items(made["parallel"], request)
    if isinstance(made, Mapping):
        return [item_of(made)]
    raise problem(f"expected text, an item, or a list of these, got {describe(made)}.")


def check_parts(parts: Any) -> None:
    """Refuse what can be seen to be wrong before any request comes; functions are not called.

    Raises: ProblemError, all faults at once.
    """
    if isinstance(parts, list | tuple):
        collect((n, partial(check_parts, one)) for n, one in enumerate(parts))
    elif isinstance(parts, Mapping) and set(parts) == {"parallel"}:
        collect([("parallel", partial(check_parts, parts["parallel"]))])
    elif isinstance(parts, Mapping):
        item_of(parts)
    elif not isinstance(parts, str | Plan) and not callable(parts):
        raise problem(f"expected text, an item, or a list of these, got {describe(parts)}.")


def item_of(written: Mapping[str, Any]) -> Item:
    """The item that a mapping stands for: itself where it has a `type`, else `{builder: its arguments}`.

    Raises: ProblemError.
    """
    if "type" in written:
        return _raw(written)
    if len(written) != 1:
        raise problem(
            f"expected an item with a 'type', or one builder with its arguments, got {describe(dict(written))}."
        )
    name, said = next(iter(written.items()))
    return collect([(str(name), partial(_built, name, said))])[0]


def _built(name: str, said: Any) -> Item:
    row = BUILDERS[one_of(name, {*BUILDERS, "parallel"}, what="item")]
    first, *_ = parameters(row.make)
    arguments = said if isinstance(said, Mapping) else {_shortest(row, first): said}
    return row.make(**arguments_for(row.make, arguments, renamed=row.renamed))


def _shortest(row: Builder, parameter: str) -> str:
    return next((new for new, old in row.renamed.items() if old == parameter), parameter)


def _raw(item: Mapping[str, Any]) -> Item:
    row = ITEMS.get(item["type"]) if isinstance(item["type"], str) else None
    lacking = [key for key, default in row.keys.items() if default is REQUIRED and key not in item] if row else []
    if lacking:
        raise problem(f"an item of type '{item['type']}' lacks {' and '.join(repr(key) for key in lacking)}.")
    return dict(item)


def _calls(parts: Any) -> bool:
    """Whether a function is among the parts."""
    return callable(parts) or (isinstance(parts, list | tuple) and any(map(_calls, parts)))


def _called(parts: Any, request: CreateRequest) -> Any:
    if not callable(parts):
        return parts
    try:
        return parts(request)
    except Exception as error:
        name = getattr(parts, "__qualname__", repr(parts))
        raise ScriptError(f"The reply function {name} raised {error!r}.") from error


def _one_of(value: Any, allowed: Collection[str]) -> None:
    if value is not None:
        one_of(value, allowed, what="value")


def usage_of(stated: Any) -> Mapping[str, int]:
    """Usage numbers to state. Raises: ProblemError."""
    numbers = as_mapping(stated, "a mapping of token counts")
    collect((str(key), partial(_count_of_tokens, key, value)) for key, value in numbers.items())
    return numbers


def _count_of_tokens(key: str, value: Any) -> None:
    one_of(key, USAGE_KEYS)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise problem(f"expected a number of tokens, got {describe(value)}.")


def failure_of(stated: Any) -> dict[str, Any]:
    """The error of a response that fails; OpenAI's words where only the code is stated. Raises: ProblemError."""
    said = as_mapping(stated, "a mapping of code and message")
    collect((str(key), partial(one_of, key, ("code", "message"))) for key in said)
    return Fault(fail_after=0, code=said.get("code"), message=said.get("message")).response_error()


def pace_of(stated: Any) -> Pace:
    """A pace, from itself or a mapping of its fields. Raises: ProblemError."""
    made = stated if isinstance(stated, Pace) else call(Pace, as_mapping(stated, "a mapping of first, rate and jitter"))
    if made.first < 0:
        raise problem(f"expected at least 0 seconds, got {made.first}.", "first")
    if made.rate is not None and made.rate <= 0:
        raise problem(f"expected more than 0 deltas per second, got {made.rate}.", "rate")
    if not 0 <= made.jitter <= 1:
        raise problem(f"expected a fraction, 0 to 1, got {made.jitter}.", "jitter")
    return cast("Pace", made)
