"""The keys of a cassette's documents, as tables: what reads them takes their kinds from here, and so do editors."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias, Union

CassetteKind: TypeAlias = Union[type, "CassetteKeys"]


class CassetteKeys(NamedTuple):
    """The keys of one mapping, each with the kind of its value; `others` is that of keys of any name."""

    named: Mapping[str, CassetteKind]
    required: Sequence[str] = ()
    others: CassetteKind | None = None

    def kind(self, key: str) -> type:
        """The kind of a key whose value is no mapping of its own."""
        found = self.named.get(key, self.others)
        assert isinstance(found, type)  # noqa: S101 - the readers take what is in the table
        return found

    def inner(self, key: str) -> "CassetteKeys":
        """The keys of the mapping under a key."""
        found = self.named[key]
        assert isinstance(found, CassetteKeys)  # noqa: S101 - as above
        return found


TEXTS: Final = CassetteKeys({}, others=str)
JSON: Final = CassetteKeys({"json": str, "texts": TEXTS, "files": TEXTS})
"""A JSON value: its text, its long texts and its payloads, by JSON Pointer."""
BODY: Final[Mapping[str, CassetteKind]] = {**JSON.named, "text": str, "base64": str, "file": str}
HEADER: Final = CassetteKeys({"format": int, "upstream": str, "recorded_at": str, "client": str}, required=("format",))
REQUEST: Final = CassetteKeys(
    {
        "method": str,
        "url": str,
        "upstream": str,
        "any": bool,
        "at": float,
        "websocket": CassetteKeys({"connection": int, "lane": str}),
        "headers": TEXTS,
        "steers": JSON,
        **BODY,
    },
    required=("method", "url"),
)
STREAM: Final = CassetteKeys(
    {
        **JSON.named,
        "first": int,
        "queued": bool,
        "padded": bool,
        "cuts": TEXTS,
        "cited": TEXTS,
        "images": JSON,
        "keys": dict,
        "others": JSON,
    }
)
RESPONSE: Final = CassetteKeys(
    {
        "status": int,
        "complete": bool,
        "headers": TEXTS,
        "stream": STREAM,
        "events": JSON,
        "other_frames": list,
        "times": str,
        **BODY,
    },
    required=("status",),
)
EXCHANGE: Final = CassetteKeys({"request": REQUEST, "response": RESPONSE}, required=("request", "response"))
