"""Reading a create request: the questions that responders and matchers ask of it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mockserver.model.plan import Item


class CreateRequest:
    """A checked body of `POST /v1/responses`, with the items of earlier turns that join its input.

    `items` is this request's input, each item with its `type`; where it held references, the caller states what they
    stand for. `headers` have lowercase names; `raw` is the body as it was sent.
    """

    def __init__(
        self,
        body: dict[str, Any],
        *,
        history: Sequence[Item] = (),
        items: list[Item] | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes = b"",
    ) -> None:
        self.body = body
        self.history = history
        self.items = typed_items(body.get("input")) if items is None else items
        self.headers = headers or {}
        self.raw = raw

    @property
    def model(self) -> str:
        """The model as asked for; empty where a stored prompt names it."""
        return self.body.get("model") or ""

    @cached_property
    def stream(self) -> bool:
        """Whether events are asked for."""
        return bool(self.body.get("stream"))

    @cached_property
    def background(self) -> bool:
        """Whether the answer is made while the client goes on."""
        return bool(self.body.get("background"))

    @cached_property
    def conversation_id(self) -> str | None:
        """The conversation that it belongs to, whatever form the body uses."""
        return conversation_id_of(self.body)

    @cached_property
    def stored(self) -> bool:
        """Whether the response can be retrieved later."""
        return self.body.get("store") is not False

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The tools offered."""
        return self.body.get("tools") or []

    @cached_property
    def include(self) -> frozenset[str]:
        """The extra data asked for."""
        return frozenset(self.body.get("include") or ())

    @cached_property
    def context(self) -> list[Item]:
        """Everything the model would see, oldest first: earlier turns, then this request's input."""
        return [*self.history, *self.items]

    @cached_property
    def turn(self) -> list[Item]:
        """What came since the last user message, without it."""
        return self.context[self._last_user + 1 :]

    @cached_property
    def user_text(self) -> str:
        """The text of the last user message; empty where there is none."""
        return text_of(self.context[self._last_user]) if self._last_user >= 0 else ""

    @cached_property
    def _last_user(self) -> int:
        newest_first = range(len(self.context) - 1, -1, -1)
        return next((n for n in newest_first if self.context[n].get("role") == "user"), -1)


def conversation_id_of(body: Mapping[str, Any]) -> str | None:
    """The conversation that a body names, whatever form it uses."""
    named = body.get("conversation")
    return named["id"] if isinstance(named, dict) else named


def typed_items(given: Any) -> list[Item]:
    """An `input` as items, each with its `type`."""
    if not given:
        return []
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    return [item if item.get("type") else {"type": "message", **item} for item in given]


def text_of(item: Item) -> str:
    """All text of a message, of its parts in order, joined by line ends."""
    content = item.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(_texts(content if isinstance(content, list) else ()))


def _texts(parts: Sequence[Any]) -> Iterator[str]:
    for part in parts:
        text = part.get("text") or part.get("refusal") if isinstance(part, dict) else None
        if isinstance(text, str):
            yield text
