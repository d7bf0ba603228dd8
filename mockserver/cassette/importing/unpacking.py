"""What is packed: files as they lie on a disk, and bodies as they were sent."""

import gzip
import zlib
from collections.abc import Callable, Mapping
from typing import IO, Any, Final, NamedTuple, cast

GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
INSTALL: Final = "install the extra `encodings` of responses-mockserver"


class PackingError(Exception):
    """What unpacks this is not installed."""


def _zstd() -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - Python 3.14
    except ImportError:
        try:
            from backports import zstd  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise PackingError(f"it is packed with zstd: {INSTALL} to read it") from error
    return zstd


def _brotli(packed: bytes) -> bytes:
    try:
        import brotli  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise PackingError(f"it is packed with brotli: {INSTALL} to read it") from error
    return cast("bytes", brotli.decompress(packed))


class Packing(NamedTuple):
    """One way to pack a file."""

    start: bytes
    """How its files begin."""
    open: Callable[[IO[bytes]], IO[bytes]]
    """Makes of an open file what is in it."""


PACKINGS: Final = (
    Packing(b"\x1f\x8b", lambda raw: cast("IO[bytes]", gzip.GzipFile(fileobj=raw))),  # RFC 1952
    Packing(b"\x28\xb5\x2f\xfd", lambda raw: cast("IO[bytes]", _zstd().ZstdFile(raw))),  # RFC 8878
)

CODINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = {  # RFC 9110 section 8.4.1
    "gzip": lambda packed: zlib.decompress(packed, GZIP_OR_ZLIB),
    "x-gzip": lambda packed: zlib.decompress(packed, GZIP_OR_ZLIB),
    "deflate": lambda packed: zlib.decompress(packed, GZIP_OR_ZLIB),
    "br": _brotli,
    "zstd": lambda packed: cast("bytes", _zstd().decompress(packed)),
}


def unpacked(body: bytes, headers: Mapping[str, str]) -> bytes:
    """A body as it was before it was packed for sending.

    Tools that unpack what they record leave the header as it was: what is text already stays so.

    Raises:
        ValueError, zlib.error: it is cut off, or not packed as its header says.
    """
    for coding in reversed(headers.get("content-encoding", "").lower().split(",")):
        unpack = CODINGS.get(coding.strip())
        if unpack is not None and not _is_text(body):
            body = unpack(body)
    return body


def _is_text(body: bytes) -> bool:
    try:
        return not any(sign < ord(" ") and sign not in b"\t\r\n" for sign in body.decode()[:64].encode())
    except UnicodeDecodeError:
        return False
