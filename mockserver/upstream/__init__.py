"""A live upstream, as a responder: its answers are passed on and recorded."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "file_lock": ["FileLock"],
        "responder": ["Upstream", "record"],
        "session": ["RecordingSession"],
        "transfers": ["Transfers"],
    },
)
