"""What providers change: a response, and a profile of one's own."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from mockserver.model.plan import Event
from mockserver.web.profiles.loader import load_profile
from mockserver.web.profiles.profile import Profile, ProfileStream

TEXT: Final = {"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi."}
MESSAGE: Final = {
    "id": "msg_1",
    "type": "message",
    "status": "completed",
    "content": [TEXT],
    "role": "assistant",
}
SILENT: Final = {"id": "rs_1", "type": "reasoning", "content": [], "summary": []}
SPOKEN: Final = {**SILENT, "id": "rs_2", "summary": [{"type": "summary_text", "text": "Hm."}]}
CALL: Final = {
    "id": "fc_1",
    "type": "function_call",
    "status": "completed",
    "arguments": "{}",
    "call_id": "c",
    "name": "f",
}
SEARCH: Final = {
    "id": "ws_1",
    "type": "web_search_call",
    "status": "completed",
    "action": {"type": "search", "query": "q"},
}
USAGE: Final = {
    "input_tokens": 1,
    "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
    "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 3,
}


def response(*output: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A response with these items."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 7,
        "status": "completed",
        "error": None,
        "model": "gpt-4.1",
        "output": list(output),
        "previous_response_id": None,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tools": [],
        "usage": USAGE,
    } | more


def sent_events(profile: Profile, events: Iterable[Event], request: Any = None) -> list[Event]:
    """The events of one whole stream as the provider sends them."""
    stream = ProfileStream(profile, request)
    return [sent for event in events for sent in stream.feed(event)]


def own(folder: Path, text: str) -> Profile:
    """A profile from a file of one's own."""
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return load_profile(str(path))
