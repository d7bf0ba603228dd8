"""What rules about other routes than `POST /v1/responses` reply: bodies as they are written, with placeholders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, TypeAlias

from mockserver.authoring.diagnostics import as_mapping, collect, describe, problem, read_mapping
from mockserver.authoring.takes import ANYTHING, NOTHING, TEXT, mapping, takes, values
from mockserver.codec import dumps_indented
from mockserver.errors import ScriptError
from mockserver.model.answer import HttpReply, RecordedHead
from mockserver.model.build import as_json
from mockserver.model.request import CreateRequest
from mockserver.script.functions import ReplyFunction
from mockserver.script.placeholders import fill, read_placeholders

STATUSES: Final = range(200, 600)
JSON: Final = "application/json"
PLAIN: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"

EncodeBody: TypeAlias = Callable[[Any], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTemplate:
    """A reply as it has been read, to be filled for each request."""

    content: Any = b""
    encode: EncodeBody = bytes
    status: int = 200
    headers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def calls(self) -> bool:
        """Whether a function makes its body, which has to be called first."""
        return isinstance(self.content, ReplyFunction)

    async def called(self, request: CreateRequest) -> "HttpTemplate":
        """The template with what its function returns for a request. Raises: ScriptError for one that raises."""
        return replace(self, content=await self.content.call(request)) if self.calls else self

    def fill(self, request: CreateRequest, due: float = 0.0) -> HttpReply:
        """The reply to a request, sent `due` seconds after it.

        Raises: ScriptError where the request lacks what a placeholder names, or the body cannot be JSON.
        """
        try:
            body = self.encode(fill(as_json(self.content), request))
        except TypeError as error:
            raise ScriptError(f"The reply to {request.method} {request.path} cannot be JSON: {error}.") from error
        headers = [(name, str(fill(value, request))) for name, value in self.headers.items()]
        return HttpReply(head=RecordedHead(self.status, headers), body=body, due=due)


@takes(lambda **_: {"anyOf": [TEXT, mapping(_KEYS)]})
def read_http_reply(written: Any, *, placeholders: bool = False) -> HttpTemplate:
    """A reply of a rule about another route: a mapping of `json`, `text` or `body`, and `status` and `headers`.

    Text alone is a reply with this text. `placeholders` says whether `${…}` in texts stands for something of the
    request. `json` may be a function of the request.

    Raises: ProblemError, all problems at once.
    """
    if isinstance(written, str):
        written = {"text": written}
    given = as_mapping(written, "text, or a mapping of json, text or body, status and headers")
    read = read_mapping(given, {key: partial(reader, placeholders) for key, reader in _KEYS.items()})
    contents = [key for key in _CONTENTS if key in read]
    if len(contents) > 1:
        raise problem(f"expected one of {', '.join(_CONTENTS)}, got {' and '.join(contents)}.")
    kind = contents[0] if contents else None
    encode, content_type = _CONTENTS[kind] if kind else (bytes, "")
    headers = {"content-type": content_type} if content_type else {}
    return HttpTemplate(
        content=read[kind] if kind else b"",
        encode=encode,
        status=read.get("status", 200),
        headers={**headers, **read.get("headers", {})},
    )


def _encoded(text: str) -> bytes:
    return text.encode()


_CONTENTS: Final[Mapping[str, tuple[EncodeBody, str]]] = {
    "json": (dumps_indented, JSON),
    "text": (_encoded, PLAIN),
    "body": (bytes, BYTES),
}
"""What a body may be written as: how it is encoded, and its type unless `headers` say another."""


@takes(ANYTHING)
def _read_json(placeholders: bool, written: Any) -> Any:  # noqa: FBT001 - bound by `partial`
    if callable(written):
        return ReplyFunction(written)
    return read_placeholders(written) if placeholders else written


@takes(TEXT)
def _read_text(placeholders: bool, written: Any) -> Any:  # noqa: FBT001
    if not isinstance(written, str):
        raise problem(f"expected a string, got {describe(written)}.")
    return _read_json(placeholders, written)


@takes(NOTHING)
def _read_body(_placeholders: bool, written: Any) -> bytes:  # noqa: FBT001
    if not isinstance(written, bytes):
        raise problem(f"expected bytes, got {describe(written)}.")
    return written


@takes({"type": "integer", "minimum": STATUSES.start, "maximum": STATUSES.stop - 1})
def _read_status(_placeholders: bool, written: Any) -> int:  # noqa: FBT001
    if not isinstance(written, int) or isinstance(written, bool) or written not in STATUSES:
        raise problem(f"expected an HTTP status, 200 to 599, got {describe(written)}.")
    return written


@takes(values(TEXT))
def _read_headers(placeholders: bool, written: Any) -> dict[str, Any]:  # noqa: FBT001
    entries = as_mapping(written, "a mapping of headers").items()
    texts = collect((str(name), partial(_read_text, placeholders, value)) for name, value in entries)
    return {str(name).lower(): text for (name, _), text in zip(entries, texts, strict=True)}


_KEYS: Final[Mapping[str, Callable[[bool, Any], Any]]] = {
    "json": _read_json,
    "text": _read_text,
    "body": _read_body,
    "status": _read_status,
    "headers": _read_headers,
}
