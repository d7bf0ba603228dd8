"""The files of the page, and what a browser may do with them."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final, NamedTuple

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Content-Security-Policy: nothing but these files runs or styles, and nothing is asked of another server."""
CONTENT_TYPES: Final[Mapping[str, str]] = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


class StaticFile(NamedTuple):
    """A file of the page."""

    headers: Mapping[str, str]
    """How a browser has to take it."""
    body: bytes


def static_file(name: str) -> StaticFile | None:
    """The file with this name; None for names that are not among those of the page."""
    folder = files("mockserver.page") / "assets"
    if name not in {file.name for file in folder.iterdir()}:  # so no name leads out of the folder
        return None
    headers = {"content-type": CONTENT_TYPES[name.rpartition(".")[2]], "content-security-policy": POLICY}
    return StaticFile(headers, (folder / name).read_bytes())
