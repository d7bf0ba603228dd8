"""What was recorded, as a responder: which recording answers a request, and why none does."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "cassettes": ["ReplayKeywords", "is_expired", "replay"],
        "recorded_response": ["Recording", "recorded_body"],
        "session": ["Replay", "recordings_of"],
    },
)
