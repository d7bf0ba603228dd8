"""The protocol between `output_item.added` and `output_item.done`, as data.

One row per item type says how the item looks when it opens and which steps follow. `emit` plays the rows forwards,
`fold` reads them backwards; neither knows an item type by name. A type without a row opens in progress and is done.

Sources: recorded streams (OBSERVED section 4); rows marked `types` follow the openai 3.52.0 event types alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from mockserver.events.life import CREATED, STATUS_EVENTS


class Signal(NamedTuple):
    """One event that only names its item."""

    type: str
    failed: str | None = None
    """The event that stands here instead when the item carries an error."""


class Text(NamedTuple):
    """A string that arrives in deltas and is repeated whole when done."""

    field: str
    """Where the string stands in its item or part; empty where the part itself is the string."""
    delta: str
    done: str
    key: str
    """The key of the whole string in the done event."""
    whole: bool = False
    """Sent as a single delta."""
    padded: bool = True
    """Whether deltas carry obfuscation."""
    logprobs: bool = False
    citations: str | None = None
    """The event that adds an annotation, right after the delta that it cites."""


class Parts(NamedTuple):
    """A list whose elements open, fill and close one after the other."""

    field: str
    position: str
    """The key of the events that tells an element's position."""
    key: str
    """The key of the element in the added event."""
    added: str
    done: str | None
    fills: Mapping[str, tuple[Text, ...]]
    """The texts of an element, by its `type` (empty for plain strings)."""
    names_item: bool = True
    """Whether the events carry `item_id`."""


class Outputs(NamedTuple):
    """A list whose elements arrive as objects, one delta per non-empty stream."""

    field: str
    position: str
    """The key of the events that tells an element's position."""
    delta: str
    done: str
    streams: tuple[str, ...]


class Images(NamedTuple):
    """Partial pictures on the way to the result."""

    type: str
    copied: tuple[str, ...]
    """Keys that each partial picture takes from the finished item."""


Step: TypeAlias = Signal | Text | Parts | Outputs | Images


class ItemSteps(NamedTuple):
    """How one item type is told: what differs when it opens, what is not there yet, what follows."""

    opened: Mapping[str, Any] = {}
    """Values at opening, by dotted path; what the finished item does not have, or has as null, stays so."""
    missing: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


IN_PROGRESS = {"status": "in_progress"}


def _signals(stem: str, *names: str) -> tuple[Signal, ...]:
    return tuple(Signal(type=f"response.{stem}.{name}") for name in names)


def _text(stem: str, /, key: str, at: str | None = None, **options: Any) -> Text:
    return Text(field=key if at is None else at, delta=f"{stem}.delta", done=f"{stem}.done", key=key, **options)


CONTENT = Parts(
    field="content",
    position="content_index",
    key="part",
    added="response.content_part.added",
    done="response.content_part.done",
    fills={
        "output_text": (
            _text("response.output_text", "text", logprobs=True, citations="response.output_text.annotation.added"),
        ),
        "refusal": (_text("response.refusal", "refusal", padded=False),),
        "reasoning_text": (_text("response.reasoning_text", "text", padded=False),),  # rec: compatible servers only
        "output_audio": (  # types; that the events name their part, like all others, is a choice of ours
            _text("response.audio", "data", whole=True, padded=False),
            _text("response.audio.transcript", "transcript", padded=False),
        ),
    },
)

SUMMARY = Parts(
    field="summary",
    position="summary_index",
    key="part",
    added="response.reasoning_summary_part.added",
    done="response.reasoning_summary_part.done",
    fills={"summary_text": (_text("response.reasoning_summary_text", "text"),)},
)

COMMANDS = Parts(
    field="action.commands",
    position="command_index",
    key="command",
    added="response.shell_call_command.added",
    done=None,
    fills={"": (_text("response.shell_call_command", "command", at=""),)},
    names_item=False,
)

SHELL_OUTPUT = Outputs(
    field="output",
    position="command_index",
    delta="response.shell_call_output_content.delta",
    done="response.shell_call_output_content.done",
    streams=("stdout", "stderr"),
)

PARTIAL_IMAGES = Images(
    type="response.image_generation_call.partial_image",
    copied=("background", "output_format", "quality", "size"),
)

STEPS: Mapping[str, ItemSteps] = {
    "message": ItemSteps(opened={**IN_PROGRESS, "content": []}, steps=(CONTENT,)),
    "reasoning": ItemSteps(opened={"summary": [], "content": []}, steps=(SUMMARY, CONTENT)),
    "function_call": ItemSteps(
        opened={**IN_PROGRESS, "arguments": ""},
        steps=(_text("response.function_call_arguments", "arguments"),),
    ),
    "custom_tool_call": ItemSteps(
        opened={**IN_PROGRESS, "input": ""},
        steps=(_text("response.custom_tool_call_input", "input"),),  # types
    ),
    "web_search_call": ItemSteps(
        opened={**IN_PROGRESS, "action": {"type": "search"}},  # rec 2026-03; before that the action was missing
        steps=_signals("web_search_call", "in_progress", "searching", "completed"),
    ),
    "file_search_call": ItemSteps(
        opened={**IN_PROGRESS, "queries": [], "results": None},
        steps=_signals("file_search_call", "in_progress", "searching", "completed"),
    ),
    "code_interpreter_call": ItemSteps(
        opened={**IN_PROGRESS, "code": "", "outputs": []},
        steps=(
            *_signals("code_interpreter_call", "in_progress"),
            _text("response.code_interpreter_call_code", "code"),
            *_signals("code_interpreter_call", "interpreting", "completed"),
        ),
    ),
    "image_generation_call": ItemSteps(
        opened=IN_PROGRESS,
        missing=("action", "background", "output_format", "quality", "result", "revised_prompt", "size"),
        steps=(
            *_signals("image_generation_call", "in_progress", "generating"),
            PARTIAL_IMAGES,
            *_signals("image_generation_call", "completed"),
        ),
    ),
    "mcp_list_tools": ItemSteps(
        opened={"tools": []},
        steps=(
            *_signals("mcp_list_tools", "in_progress"),
            Signal(type="response.mcp_list_tools.completed", failed="response.mcp_list_tools.failed"),
        ),
    ),
    "mcp_call": ItemSteps(
        opened={**IN_PROGRESS, "arguments": "", "error": None, "output": None},
        steps=(
            *_signals("mcp_call", "in_progress"),
            _text("response.mcp_call_arguments", "arguments", whole=True),
            Signal(type="response.mcp_call.completed", failed="response.mcp_call.failed"),
        ),
    ),
    "computer_call": ItemSteps(opened=IN_PROGRESS),
    "local_shell_call": ItemSteps(opened={**IN_PROGRESS, "action.command": []}),
    "shell_call": ItemSteps(opened={**IN_PROGRESS, "action.commands": []}, steps=(COMMANDS,)),
    "shell_call_output": ItemSteps(opened={"output": []}, steps=(SHELL_OUTPUT,)),
    "apply_patch_call": ItemSteps(
        opened={**IN_PROGRESS, "operation.diff": ""},
        steps=(_text("response.apply_patch_call_operation_diff", "diff", at="operation.diff"),),
    ),
    "apply_patch_call_output": ItemSteps(),
    "tool_search_call": ItemSteps(opened={**IN_PROGRESS, "arguments": {}}),
    "tool_search_output": ItemSteps(opened=IN_PROGRESS),
    "program": ItemSteps(opened={"code": ""}),
    "program_output": ItemSteps(opened={"result": ""}),
    "compaction": ItemSteps(steps=_signals("compaction", "compacting")),  # types
}

UNLISTED = ItemSteps(opened=IN_PROGRESS)
"""How an item type without a row is told."""

# How a part looks when it opens, and which of its keys stay empty in its own done event.
PART_OPENED: Mapping[str, Mapping[str, Any]] = {
    "output_text": {"annotations": [], "logprobs": [], "text": ""},
    "refusal": {"refusal": ""},
    "reasoning_text": {"text": ""},
    "summary_text": {"text": ""},
    "output_audio": {"data": "", "transcript": ""},
}
PART_DONE: Mapping[str, Mapping[str, Any]] = {
    "output_text": {
        "logprobs": []
    },  # wire: only the item's done event shows them, seen in TokenLogProbabilitiesStreaming
}

# The response as the opening events show it: what is not known yet.
SNAPSHOT: Mapping[str, Any] = {
    "status": "in_progress",
    "completed_at": None,
    "error": None,
    "incomplete_details": None,
    "output": [],
    "service_tier": "auto",
    "usage": None,
}

ITEM_ADDED = "response.output_item.added"
ITEM_DONE = "response.output_item.done"


def texts() -> Iterator[tuple[Text, Parts | None]]:
    """Every text of the table with the list it is part of."""
    for row in STEPS.values():
        for step in row.steps:
            if isinstance(step, Text):
                yield step, None
            elif isinstance(step, Parts):
                for fill in step.fills.values():
                    yield from ((text, step) for text in fill)


def event_types() -> frozenset[str]:
    """Every event type that the table can make."""
    found = {CREATED, *STATUS_EVENTS, ITEM_ADDED, ITEM_DONE, "error"}
    for text, _ in texts():
        found |= {text.delta, text.done} | ({text.citations} if text.citations else set())
    for step in (step for row in STEPS.values() for step in row.steps):
        named = (getattr(step, name, None) for name in ("type", "failed", "added", "done", "delta"))
        found |= {name for name in named if name}
    return frozenset(found)
