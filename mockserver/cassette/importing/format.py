"""What a format is: how it is recognised, where its exchanges are, and where the parts of one stand, as paths."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from mockserver.cassette.importing.source import FileKind, RecordingFile
from mockserver.model.recorded import RecordedExchange

Paths: TypeAlias = tuple[str, ...]
"""Paths into an exchange, as `authoring/json_path.py` has them; the first that leads to something is taken."""


class LeftOut(NamedTuple):
    """An exchange that is not imported, or a part of one."""

    where: str
    """The file, and which exchange in it."""
    why: str
    """What it has that does not fit: `no response body`; of a part its name; of what is unwanted its kind, with `{s}`
    where the plural has an s."""
    unwanted: bool = False
    """Whether it is left out because nobody wants it, so that its kind and the number are enough to say."""
    part: bool = False
    """Whether the exchange is imported without it."""


class Around(NamedTuple):
    """What stands around a body."""

    source: RecordingFile
    exchange: Any
    headers: Mapping[str, str]


class Body(NamedTuple):
    """A place where a body may stand."""

    path: str
    unpack: Callable[[Any, Around], Any] | None = None
    """Makes of what stands there bytes, text, or a JSON value; None where it is nothing of the kind."""
    when: str = ""
    """A path that says whether it is packed, by being true or a word."""


Whole: TypeAlias = Callable[[RecordingFile], Iterator[RecordedExchange | LeftOut]]
"""Reads a file whose exchanges are not elements of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of recording."""

    name: str
    sign: str
    """What makes a file one of these, for people."""
    source: str
    """Where the format is described."""
    kinds: Sequence[FileKind] = ("json", "yaml", "lines")
    has: Paths = ()
    """A file is one of these if its head has a value at one of the paths."""
    read: Whole | None = None
    """Reads files that are no lists of exchanges; the other fields are then not used."""
    rules: Callable[[RecordingFile], Iterator[dict[str, Any] | LeftOut]] | None = None
    """Reads files that say what to answer, not what was answered; they become rules."""
    exchanges: str = ""
    """The keys that lead to the list of exchanges; without them, the document is the list, or one exchange."""
    beside: str = ""
    """The key of a second list, with the answers of the first."""
    method: Paths = ("request.method",)
    url: Paths = ("{request.url}",)
    """Paths in braces, put together; the first of which all paths lead to something."""
    query: Paths = ()
    """A text, or names with their values, to put behind the path."""
    request_headers: Paths = ("request.headers",)
    request_body: Sequence[Body] = (Body("request.body"),)
    status: Paths = ("response.status",)
    headers: Paths = ("response.headers",)
    media_type: Paths = ()
    """The `content-type` of the answer, where it may be missing among the headers."""
    body: Sequence[Body] = (Body("response.body"),)
    started: Paths = ()
    milliseconds: Paths = ()
    """How long it took."""
    messages: Paths = ()
    """What passed over a WebSocket."""
    needs: Paths = ()
    """What only exchanges over HTTP have, in files that hold others too."""
    patterns: Paths = ()
    """What stands where a request is not a recorded one but what others are compared with."""
    delay: Paths = ()
    """How many milliseconds a stub waits before it answers."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """What stands where there is no recorded answer, and what that is: such exchanges are left out."""
    template: str = ""
    """How a part of an answer begins that is filled in for each request."""
    templates: Paths = ()
    """What says that an answer is one with such parts; where nothing does, it may be a text that looks so."""
    unkept: Paths = ()
    """Options that a cassette has no equivalent for."""
    unkept_of_file: Paths = ()
    """The same, beside the exchanges."""
    stub: bool = False
    """Whether a request without a body stands for one with any."""
    bare: bool = False
    """Whether a request or an answer may stand without method, address, headers and status."""
