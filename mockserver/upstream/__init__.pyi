from mockserver.upstream.file_lock import FileLock
from mockserver.upstream.responder import Upstream, record
from mockserver.upstream.session import RecordingSession
from mockserver.upstream.transfers import Transfers

__all__ = [
    "FileLock",
    "RecordingSession",
    "Transfers",
    "Upstream",
    "record",
]
