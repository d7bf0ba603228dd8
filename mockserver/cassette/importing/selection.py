"""Which exchanges of a recording are wanted: those of the API, or those that the user names."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from mockserver.model.recorded import RecordedExchange

ASSETS: Final = ("text/html", "text/css", "javascript", "image/", "font/", "audio/", "video/", "application/wasm")
"""What a page is made of, by content type."""
RESOURCES: Final = (  # the resources of the SDK, openai 3.57.0
    *("responses", "conversations", "files", "uploads", "vector_stores", "containers", "models", "moderations"),
    *(
        "embeddings",
        "completions",
        "images",
        "audio",
        "videos",
        "batches",
        "fine_tuning",
        "evals",
        "graders",
        "realtime",
    ),
    *("assistants", "threads", "skills", "webhooks", "chatkit", "organization", "prompts"),
)
_OF_API: Final = re.compile(rf"/(?:{'|'.join(RESOURCES)})(?=/|\Z)")


class Selection(NamedTuple):
    """What the user wants; by default what belongs to the API."""

    hosts: Sequence[str] = ()
    paths: Sequence[str] = ()
    """Names with `*`; an exchange is wanted whose host and whose path fit one of them."""
    everything: bool = False

    def unwanted(self, exchange: RecordedExchange) -> str:
        """What an exchange is that is left out, with `{s}` for the plural; empty for one that is wanted."""
        path = exchange.url_path.partition("?")[0]
        if self.everything or "*" in path:
            return ""
        host = urlsplit(exchange.upstream).hostname or ""
        if exchange.method == "OPTIONS":
            return "preflight{s}"
        if not _fits(host, self.hosts) or not _fits(path, self.paths):
            return "request{s} to other hosts or paths"
        if self.paths or _OF_API.search(path):
            return ""
        content_type = exchange.headers.get("content-type", "")
        if exchange.method == "GET" and any(kind in content_type for kind in ASSETS):
            return "page asset{s}"
        return "" if self.hosts else "request{s} outside the API"


def _fits(text: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(text, pattern) for pattern in patterns)
