"""Checking the contents of input: data URLs of images and files, and which fields of a part go together.

Only what can be seen without decoding a whole picture is checked: the URL's head, the alphabet of base64, and the first
bytes of an image. Sources: issues that quote the errors, as in `mockserver.spec.field_errors`.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from string import ascii_letters, digits
from typing import Any, Final, TypeAlias

from mockserver.spec.checks.invalid import Invalid
from mockserver.spec.request_fields import Exclusive

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BASE64: Final = (ascii_letters + digits + "+/-_= \t\r\n").encode()
_BLANKS: Final = b"= \t\r\n"
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_HEAD: Final = 16  # characters of base64: twelve bytes, which every kind of image begins with in its own way
_IMAGE: Final = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP", re.DOTALL)
# P: audio; issues: the other
_NO_FILES: Final = re.compile(r"audio/.*|application/octet-stream", re.IGNORECASE)

ValueCheck: TypeAlias = Callable[[str], Invalid | None]


def exclusive_check(rule: Exclusive) -> Callable[[Mapping[str, Any]], Invalid | None]:
    """The check of a part that has such fields; null and empty text are not given."""

    def check(part: Mapping[str, Any]) -> Invalid | None:
        given = sum(any(part.get(name) for name in group) for group in rule.groups)
        if given > 1:
            return Invalid("mutually_exclusive_fields", names=rule.names)
        return Invalid("exclusive_fields_missing", names=rule.names) if rule.is_needed and not given else None

    return check


def _invalid_image_url(url: str) -> Invalid | None:
    if not url:
        return None
    if url[:5].lower() != "data:":
        return None if _URL.match(url) else Invalid("invalid_url")
    kind, data = _parts(url)
    if data is None:
        return Invalid("invalid_image_data", got="a value without the ';base64' separator")
    if not kind.lower().startswith("image/"):
        return Invalid("invalid_image_data", got=f"unsupported MIME type '{kind}'")
    wrong = _wrong_base64(data)
    if wrong is not None:
        return Invalid("invalid_image_data", got=wrong)
    return None if _IMAGE.match(_beginning(data)) else Invalid("not_an_image")


def _invalid_file_data(url: str) -> Invalid | None:
    if not url:
        return None
    if url[:5].lower() != "data:":
        return Invalid("invalid_file_data", got="a value without the 'data:' prefix")
    kind, data = _parts(url)
    if _NO_FILES.fullmatch(kind):
        return Invalid("unsupported_file_type", kind=kind)
    wrong = _wrong_base64(data) if data is not None else None
    return None if wrong is None else Invalid("invalid_file_data", got=wrong)


DATA_CHECKS: Final[Mapping[str, ValueCheck]] = {"image": _invalid_image_url, "file": _invalid_file_data}
"""By what a field holds, the check of its text."""


def _parts(url: str) -> tuple[str, str | None]:
    """The MIME type of a data URL, and its data if that is in base64."""
    head, _, data = url[5:].partition(",")
    kind, *options = head.split(";")
    return kind, data if "base64" in options else None


def _wrong_base64(data: str) -> str | None:
    """What is wrong with data in base64; only what no decoder reads is."""
    text = data.encode()
    if not text.strip():
        return "empty base64-encoded bytes"
    if text.translate(None, _BASE64) or len(text.translate(None, _BLANKS)) % 4 == 1:
        return "an invalid base64-encoded value"
    return None


def _beginning(data: str) -> bytes:
    head = data[: 2 * _HEAD].encode().translate(_URL_SAFE, _BLANKS)[:_HEAD]
    return b64decode(head + b"=" * (-len(head) % 4))
