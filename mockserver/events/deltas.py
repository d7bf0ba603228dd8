"""How texts are cut into deltas, and the padding that hides the length of a delta."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from mockserver.events.steps import texts
from mockserver.ids import Draws
from mockserver.model.plan import Event
from mockserver.model.tokens import split
from mockserver.spec.event_steps import PARTIAL_IMAGES, Text

PAD_TO = 16  # characters; recorded: length of delta and padding is always a multiple (17,000 deltas, no exception)


class Deltas(NamedTuple):
    """One text as it was cut."""

    texts: Sequence[str]
    logprobs: Sequence[list[Any]] = ()
    """Per delta; empty where they follow from the finished part."""
    cited_after: Sequence[int] = ()
    """Per annotation, the number of deltas before it; empty where it follows from the annotation."""


TextSlot = tuple[int, str, int]
"""Where a text stands: output index, type of its delta event, index of its part."""


class Splits(NamedTuple):
    """The cuts of a whole response; a text without an entry is cut like a tokenizer would."""

    deltas: Mapping[TextSlot, Deltas] = {}
    images: Mapping[int, Sequence[str]] = {}
    """Partial pictures in base64, by output index."""


def cut(text: str, step: Text) -> Sequence[str]:
    """The deltas of a text without recorded cuts."""
    if not text:
        return ()
    return (text,) if step.whole else split(text)


class Padding:
    """Obfuscation: fills each delta up to the next multiple of sixteen characters."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, deltas: Iterable[str]) -> Sequence[str]:
        """The padding of each delta; empty where its length is a multiple already."""
        lengths = [-len(delta) % PAD_TO for delta in deltas]
        row = self._draws.letters(sum(lengths))
        return [row[end - length : end] for length, end in zip(lengths, accumulate(lengths), strict=True)]


def splits_of(events: Iterable[Event]) -> Splits:
    """The cuts that a stream was sent with, so that emitting its response again gives the same events."""
    cuts: dict[TextSlot, tuple[list[str], list[list[Any]], list[int]]] = {}
    images: dict[int, list[str]] = {}
    for event in events:
        kind = event["type"]
        if kind == PARTIAL_IMAGES.type:
            images.setdefault(event["output_index"], []).append(event["partial_image_b64"])
        elif kind in _SLOTS:
            delta, index = _SLOTS[kind]
            slot = (event.get("output_index", 0), delta, event.get(index, 0) if index else 0)
            cut_texts, logprobs, cited_after = cuts.setdefault(slot, ([], [], []))
            if kind == delta:
                cut_texts.append(event["delta"])
                logprobs.append(event.get("logprobs") or [])
            else:
                cited_after.append(len(cut_texts))
    deltas = {
        slot: Deltas(texts=cut_texts, logprobs=probabilities if any(probabilities) else (), cited_after=cited_after)
        for slot, (cut_texts, probabilities, cited_after) in cuts.items()
    }
    return Splits(deltas=deltas, images=images)


_SLOTS: Mapping[str, tuple[str, str | None]] = {
    kind: (text.delta, parts.position if parts else None)
    for text, parts in texts()
    for kind in (text.delta, text.citations)
    if kind
}
