"""The kinds of step between `output_item.added` and `output_item.done`, and the steps that several item types take.

A step is data: `events.emit` plays it forwards, `events.fold` reads it backwards. The rows of `spec.item_types` say
which steps an item type takes.

Sources: recorded streams (OBSERVED section 4); what is marked `types` follows the openai 3.57.0 event types alone.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias


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
    """The key of the events that holds an element's index."""
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
    """The key of the events that holds an element's index."""
    delta: str
    done: str
    streams: tuple[str, ...]


class Images(NamedTuple):
    """Partial pictures on the way to the result."""

    type: str
    copied: tuple[str, ...]
    """Keys that each partial picture takes from the finished item."""


Step: TypeAlias = Signal | Text | Parts | Outputs | Images


def signals(stem: str, *names: str) -> tuple[Signal, ...]:
    """Signals of one family: `response.<stem>.<name>`."""
    return tuple(Signal(type=f"response.{stem}.{name}") for name in names)


def text(stem: str, /, key: str, at: str | None = None, **options: Any) -> Text:
    """A text whose events are `response.<stem>.delta` and `.done`; it stands at `at`, or else under `key`."""
    field = key if at is None else at
    return Text(field=field, delta=f"response.{stem}.delta", done=f"response.{stem}.done", key=key, **options)


CONTENT = Parts(
    field="content",
    position="content_index",
    key="part",
    added="response.content_part.added",
    done="response.content_part.done",
    fills={
        "output_text": (text("output_text", "text", logprobs=True, citations="response.output_text.annotation.added"),),
        "refusal": (text("refusal", "refusal", padded=False),),
        "reasoning_text": (text("reasoning_text", "text", padded=False),),  # rec: compatible servers only
        "output_audio": (  # types; that the events name their part, like all others, is our choice
            text("audio", "data", whole=True, padded=False),
            text("audio.transcript", "transcript", padded=False),
        ),
    },
)

SUMMARY = Parts(
    field="summary",
    position="summary_index",
    key="part",
    added="response.reasoning_summary_part.added",
    done="response.reasoning_summary_part.done",
    fills={"summary_text": (text("reasoning_summary_text", "text"),)},
)

COMMANDS = Parts(
    field="action.commands",
    position="command_index",
    key="command",
    added="response.shell_call_command.added",
    done=None,
    fills={"": (text("shell_call_command", "command", at=""),)},
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
