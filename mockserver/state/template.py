"""Response templates: what one planner answers to all requests of one shape, cut where ids, times and counts stand.

Requests of one shape are answered alike but for ids, times and token counts. So one of them is rendered with marks in
those slots; each further answer draws its ids, in the order in which they were drawn then, and joins the bytes: a
stream of a hundred events costs about as much as one event rendered anew.

Marks are strings and numbers drawn for the occasion. Each must stand in the bytes exactly as often as in the rendered
objects: where a text of the user holds one, or the encoder spells one in another way, there is no template.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from mockserver.codec import dumps, kept, loads
from mockserver.ids import Draws, ObjectIds
from mockserver.model.dialect import Dialect
from mockserver.model.plan import Event, Pace, Response
from mockserver.model.rendering import Framing, OtherFrames, Rendering
from mockserver.model.request import REFERRING
from mockserver.state.reasoning_pairs import stated_followers
from mockserver.state.translation import Bounds, SentEvent, Translation

SIZE_OF_VALUE = 90  # bytes in memory
_DIGITS = 7  # of a marked number that may be added to: a total is the prompt's tokens and those of the answer

_SMALLEST = 10**17
"""No marked number is less; the largest safe integer of JavaScript, which many schemas state, is."""

_CONTENTS = 0x8000
"""The number of the first mark that stands for encrypted content; those of ids are less."""

Mark = tuple[str, int]
"""What a mark stands for: a kind of value, and which one (or how much is added to it)."""
_UNKNOWN: Mark = ("number", 0)
"""A number that may be a mark to which too much was added. It is never found in bytes, so there is no template."""
References = Sequence[str]
"""What a request refers to and its response repeats, in the order of `REFERRING`."""

NO_REFERENCES = ("", "")
PREVIOUS = REFERRING.index("previous_response_id")


class Marks(ObjectIds):
    """Gives marks instead of a response's ids, times, token counts and references, and knows what was asked for."""

    def __init__(self, seed: bytes) -> None:
        draws = Draws(seed)
        super().__init__(draws, unix_seconds=0)
        self._stem = draws.hex(44)
        self._numbers = {kind: f"{draws.index(8) + 1}{draws.index(10**9):010d}" for kind in ("time", "tokens")}
        self.asked: list[str | None] = []
        """The prefix of each id, in order; None for a call id."""
        self.encrypted_for: list[str | int] = []
        """The item of each encrypted content: its id where the script states it, else which of the ids it has."""
        self.time = self._number("time")
        self.prompt_tokens = self._number("tokens")
        kinds = "|".join(rf"(?P<{kind}>{digits}\d{{{_DIGITS}}})" for kind, digits in self._numbers.items())
        self.pattern = re.compile(rf"{self._stem}(?P<text>[0-9a-f]{{4}})|{kinds}".encode())

    def _number(self, kind: str) -> int:
        number: int = int(self._numbers[kind]) * 10**_DIGITS
        return number

    def new(self, prefix: str) -> str:
        """A mark for an id with this prefix."""
        return self._asked(prefix)

    def call_id(self) -> str:
        """A mark for a call id."""
        return self._asked(None)

    def encrypted(self, item_id: str) -> str:
        """A mark for the encrypted content of an item."""
        number = item_id.removeprefix(self._stem)
        self.encrypted_for.append(item_id if number == item_id else int(number, 16) - len(REFERRING))
        return self._text(_CONTENTS + len(self.encrypted_for) - 1)

    def _asked(self, prefix: str | None) -> str:
        self.asked.append(prefix)
        return self._text(len(self.asked) + len(REFERRING) - 1)

    def _text(self, number: int) -> str:
        return f"{self._stem}{number:04x}"

    def referring(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A request's body with marks instead of what it refers to."""
        marked = dict(body)
        for number, key in enumerate(REFERRING):
            if isinstance(named := body.get(key), dict):
                marked[key] = {**named, "id": self._text(number)}
            elif named:
                marked[key] = self._text(number)
        return marked

    def mark(self, found: "re.Match[bytes]") -> Mark:
        """The mark that was found in the bytes."""
        kind = found.lastgroup or ""
        if kind == "text":
            return kind, int(found[kind], 16)
        return kind, int(found[kind]) - self._number(kind)

    def of(self, value: Any) -> Iterator[Mark]:
        """The marks among the values of an object."""
        if isinstance(value, dict | list | tuple):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from self.of(inner)
        elif (isinstance(value, str) and self._stem in value) or (isinstance(value, int) and value >= _SMALLEST):
            found = self.pattern.fullmatch(str(value).encode("utf-8", "replace"))
            if found is not None and (found.lastgroup == "text") == isinstance(value, str):
                yield self.mark(found)
            elif not isinstance(value, str):
                yield _UNKNOWN


class BytesTemplate:
    """Bytes with marks, ready to be filled."""

    __slots__ = ("_segments", "_values_of_slots")

    def __init__(self, marked: bytes, marks: Marks, indexes: Mapping[Mark, int]) -> None:
        self._segments: list[bytes] = []
        """What stands between the slots, with nothing in each of them."""
        slots: list[int] = []
        end = 0
        for found in marks.pattern.finditer(marked):
            self._segments += marked[end : found.start()], b""
            slots.append(indexes[marks.mark(found)])
            end = found.end()
        self._segments.append(marked[end:])
        self._values_of_slots = _picker(slots)

    def filled(self, values: Sequence[bytes]) -> bytes:
        """The bytes with these values in their slots."""
        segments = self._segments.copy()
        segments[1::2] = self._values_of_slots(values)
        return b"".join(segments)


def _picker(slots: Sequence[int]) -> Callable[[Sequence[bytes]], Sequence[bytes]]:
    """Gives the values of these slots, in order. Written for streams, which have a hundred and more."""
    if len(slots) > 1:
        return itemgetter(*slots)
    return lambda values: [values[slot] for slot in slots]


class ViewTemplate:
    """A body and events with marks, as one kind of client sees them."""

    def __init__(
        self, body: bytes, types: Sequence[str], payloads: Sequence[bytes], marks: Marks, indexes: Mapping[Mark, int]
    ) -> None:
        self.types = tuple(types)
        self._marks = marks
        self._indexes = indexes
        self.body = BytesTemplate(body, marks, indexes)
        self._marked = list(map(kept, payloads))
        self._payloads: Sequence[BytesTemplate] = ()
        self._framed: dict[Framing, BytesTemplate] = {}

    def payloads(self, batch: range) -> Sequence[BytesTemplate]:
        """The events with these numbers."""
        if not self._payloads:
            self._payloads = [BytesTemplate(payload, self._marks, self._indexes) for payload in self._marked]
        return self._payloads[batch.start : batch.stop]

    def framed(self, framing: Framing) -> BytesTemplate:
        """All events as they stand on the wire; cut once for each transport."""
        template = self._framed.get(framing)
        if template is None:
            whole = framing.framed(self.types, self._marked)
            template = self._framed[framing] = BytesTemplate(whole, self._marks, self._indexes)
        return template


class TranslatedTemplate(NamedTuple):
    """The view of a provider's client."""

    key: bytes
    """That of the dialect."""
    view: ViewTemplate
    bounds: Bounds
    response_id: Callable[[str], str]
    """How the provider shows the id of a response."""


class ResponseTemplate:
    """What one planner answers to requests of one shape, but for ids, times, token counts and references."""

    def __init__(
        self,
        rendering: Rendering,
        marks: Marks,
        pace: Pace | None,
        found: Counter[Mark],
        translation: tuple[Dialect, Translation] | None,
    ) -> None:
        self.pace = pace
        self._asked = marks.asked
        self._encrypted_for = marks.encrypted_for
        ids = len(REFERRING) + len(marks.asked)
        texts = ids + len(marks.encrypted_for)
        self._numbers = sorted(mark for mark in found if mark[0] != "text")
        indexes: dict[Mark, int] = {("text", number): number for number in range(ids)}
        indexes |= {("text", _CONTENTS + number): ids + number for number in range(texts - ids)}
        indexes |= {mark: texts + number for number, mark in enumerate(self._numbers)}
        self.stated_followers = stated_followers(rendering.final().get("output") or ())
        """What stands after reasoning under an id of the script's own; None where nothing stands after reasoning."""
        own_id = next((number for kind, number in marks.of(rendering.id) if kind == "text"), None)
        self._response_id = None if own_id is None else own_id - len(REFERRING)
        """Which of the drawn ids is the response's; None where the script states one."""
        self._fixed_id = rendering.id
        types = rendering.types
        self.view = ViewTemplate(rendering.body(), types, rendering.payloads(range(len(types))), marks, indexes)
        self.translated: TranslatedTemplate | None = None
        """As a provider shows it."""
        if translation is not None:
            dialect, shown = translation
            view = ViewTemplate(shown.body(), shown.types, shown.payloads, marks, indexes)
            self.translated = TranslatedTemplate(dialect.key, view, shown.bounds, dialect.response_id)
        self.size = SIZE_OF_VALUE * (1 + texts)

    @classmethod
    def of(
        cls, render: Callable[[Marks], tuple[Rendering, Pace | None]], *, seed: bytes, dialect: Dialect | None = None
    ) -> "ResponseTemplate | None":
        """The template of what `render` makes with marks; None where a mark does not come out as it went in."""
        marks = Marks(seed)
        rendering, pace = render(marks)
        found: Counter[Mark] = Counter()
        events = rendering.events()
        pairs = [
            (rendering.final(), rendering.body()),
            *zip(events, rendering.payloads(range(len(events))), strict=True),
        ]
        translation = None
        if dialect is not None and dialect.templated:
            shown = Translation(rendering, dialect)
            translation = dialect, shown
            pairs += [(shown.response(), shown.body()), *zip(shown.events, shown.payloads, strict=True)]
        for value, encoded in pairs:
            expected = Counter(marks.of(value))
            if expected != Counter(map(marks.mark, marks.pattern.finditer(encoded))):
                return None
            found |= expected
        return cls(rendering, marks, pace, found, translation)

    def filled(
        self, ids: ObjectIds, time: int, prompt_tokens: int, references: References = NO_REFERENCES
    ) -> "TemplatedRendering":
        """The answer to one request: its own ids, the time at which it was begun and completed, its prompt's tokens."""
        drawn = [ids.call_id() if prefix is None else ids.new(prefix) for prefix in self._asked]
        if self._encrypted_for:
            drawn += [ids.encrypted(drawn[one] if isinstance(one, int) else one) for one in self._encrypted_for]
        response_id = self._fixed_id if self._response_id is None else drawn[self._response_id]
        numbers = [b"%d" % ((time if kind == "time" else prompt_tokens) + more) for kind, more in self._numbers]
        referred = [b"", b""] if references is NO_REFERENCES else list(map(_in_json, references))
        return TemplatedRendering(self, response_id, [*referred, *map(str.encode, drawn), *numbers])

    def translated_values(self, values: Sequence[bytes], response_id: Callable[[str], str]) -> Sequence[bytes]:
        """The values as a provider shows them, which may give responses other ids."""
        shown = list(values)
        for position in (PREVIOUS, *(() if self._response_id is None else (len(REFERRING) + self._response_id,))):
            shown[position] = response_id(values[position].decode()).encode()
        return shown


def _in_json(text: str) -> bytes:
    """A text as it stands between the quotes of JSON."""
    return dumps(text)[1:-1] if text else b""


class TemplatedRendering:
    """A filled template: a few values until more is asked for."""

    __slots__ = ("_template", "_values", "id", "size", "types")

    other_frames: OtherFrames = ()

    def __init__(self, template: ResponseTemplate, response_id: str, values: Sequence[bytes]) -> None:
        self.id = response_id
        self.size = template.size
        """Bytes of its values, approximately: all the rest is there once."""
        self.types = template.view.types
        self._template = template
        self._values = values

    def final(self) -> Response:
        """The finished response."""
        final: Response = loads(self.body())
        final.pop("billing", None)
        return final

    def body(self) -> bytes:
        """The finished response as a reply body."""
        return self._template.view.body.filled(self._values)

    def events(self) -> Sequence[Event]:
        """All events, numbered."""
        return [loads(payload) for payload in self.payloads(range(len(self.types)))]

    def payloads(self, batch: range) -> Sequence[bytes]:
        """The events with these numbers, each as JSON."""
        return [payload.filled(self._values) for payload in self._template.view.payloads(batch)]

    def framed(self, framing: Framing) -> bytes:
        """All events as they stand on the wire."""
        return self._template.view.framed(framing).filled(self._values)

    def translated(self, key: bytes) -> "TemplatedTranslation | None":
        """As the provider shows it whose dialect has this key; None where the template does not know."""
        template = self._template.translated
        if template is None or template.key != key:
            return None
        return TemplatedTranslation(
            self, template, self._template.translated_values(self._values, template.response_id)
        )

    def compact(self) -> None:
        """No-op: only values are kept."""


class TemplatedTranslation:
    """A filled template as a provider shows it."""

    __slots__ = ("_template", "_values", "rendering")

    def __init__(self, rendering: Rendering, template: TranslatedTemplate, values: Sequence[bytes]) -> None:
        self.rendering = rendering
        self._template = template
        self._values = values

    def body(self) -> bytes:
        """The finished response as a reply body."""
        return self._template.view.body.filled(self._values)

    def sent(self, batch: range, *, after: int = -1) -> Sequence[SentEvent]:
        """What is sent for the events with these numbers, of that what comes after the sent event `after`."""
        numbers = self._template.bounds.sent_for(batch, after=after)
        view = self._template.view
        payloads = [payload.filled(self._values) for payload in view.payloads(numbers)]
        return list(zip(view.types[numbers.start : numbers.stop], payloads, strict=True))

    def framed(self, framing: Framing) -> bytes:
        """All that is sent, as it stands on the wire."""
        return self._template.view.framed(framing).filled(self._values)
