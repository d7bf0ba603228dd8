"""A stored response: what a store keeps of it, as bytes and flags."""

from collections.abc import Sequence
from typing import NamedTuple

from mockserver.codec import dumps, loads
from mockserver.ids import Draws, ObjectIds, partition_of, unix_seconds_of
from mockserver.model.dialect import Dialect
from mockserver.model.inputs import stored_items
from mockserver.model.plan import Item, Response
from mockserver.model.rendering import Rendering
from mockserver.model.request import Delivery, typed_items
from mockserver.spec.item_types import ITEM_TYPES, UNKNOWN
from mockserver.state.rendering import LoggedRendering
from mockserver.state.run import Run

OVERHEAD = 900  # bytes of a stored response beside its two bodies, measured with 100,000 of them


class StoredResponse(NamedTuple):
    """One response that was stored. It never changes: what happens to it afterwards makes another one."""

    id: str
    raw: bytes
    """The body of its request."""
    rendering: Rendering
    delivery: Delivery = Delivery()
    parent_id: str | None = None
    conversation_id: str | None = None
    items: list[Item] | None = None
    """Its input, where that held references; else it follows from the request's body."""
    size: int = 0
    """Bytes that it takes, approximately."""
    sent: bytes | None = None
    """The body of its request as it was sent, where a provider shows it; None where it is shown as it is."""
    follows_item: str | None = None
    """The item that was the last of its conversation when it was asked for."""
    began_at: float | None = None
    """Seconds on the clock's waiting axis; None where that does not matter."""
    injected: Sequence[Item] = ()
    """What its client gave its agents while it was made."""
    deleted: bool = False
    synthetic: bool = False
    """Whether there never was such a response."""

    @property
    def response(self) -> Response:
        """The finished response."""
        return self.rendering.final()

    def run(self, dialect: Dialect | None = None) -> Run:
        """A run of it that has ended, to be read again."""
        return Run(self.rendering, self.delivery, dialect=dialect)

    def input(self) -> list[Item]:
        """Its request's own input items, as stored."""
        if self.synthetic:
            return self.items or []
        items = typed_items(loads(self.raw).get("input")) if self.items is None else self.items
        return stored_items(items, self._ids("input"))

    def output(self) -> list[Item]:
        """Its output items, each with an id: recorded ones of other providers may have none."""
        ids = self._ids("output")
        return [
            item if item.get("id") else {**item, "id": ids.new(ITEM_TYPES.get(item.get("type", ""), UNKNOWN).prefix)}
            for item in self.response.get("output") or ()
        ]

    def injected_items(self) -> list[Item]:
        """What was injected into it, as stored; it comes after the output in the context of later turns."""
        return stored_items(self.injected, self._ids("injected")) if self.injected else []

    def _ids(self, purpose: str) -> ObjectIds:
        return ObjectIds(
            Draws(f"{self.id} {purpose}".encode()),
            unix_seconds=unix_seconds_of(self.id),
            partition=partition_of(self.id),
        )

    def dumps(self) -> bytes:
        """All of it as bytes, for a store outside this process; `loads` reads them."""
        events = range(len(self.rendering.types)) if all(self.delivery) else range(0)  # others are never streamed again
        return dumps(
            {
                "id": self.id,
                "raw": self.raw.decode("latin-1"),
                "body": self.rendering.body().decode("latin-1"),
                "types": self.rendering.types[: events.stop],
                "other_frames": self.rendering.other_frames if events else (),
                "payloads": [payload.decode("latin-1") for payload in self.rendering.payloads(events)],
                "delivery": self.delivery,
                "parent_id": self.parent_id,
                "conversation_id": self.conversation_id,
                "items": self.items,
                "deleted": self.deleted,
                "synthetic": self.synthetic,
                "size": self.size,
                "began_at": self.began_at,
                "injected": self.injected,
                "sent": None if self.sent is None else self.sent.decode("latin-1"),
                "follows_item": self.follows_item,
            }
        )

    @classmethod
    def loads(cls, stored: bytes) -> "StoredResponse":
        """The response that `dumps` made these bytes of."""
        values = loads(stored)
        other_frames = [(before, text) for before, text in values.pop("other_frames")]
        rendering = LoggedRendering(
            values.pop("body").encode("latin-1"),
            response_id=values["id"],
            types=values.pop("types"),
            payloads=[payload.encode("latin-1") for payload in values.pop("payloads")],
            other_frames=other_frames,
        )
        raw, delivery = values.pop("raw").encode("latin-1"), Delivery(*values.pop("delivery"))
        sent = values.pop("sent")
        return cls(
            raw=raw,
            rendering=rendering,
            delivery=delivery,
            sent=None if sent is None else sent.encode("latin-1"),
            **values,
        )
