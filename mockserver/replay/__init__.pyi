from mockserver.replay.cassettes import ReplayKeywords, is_expired, replay
from mockserver.replay.recorded_response import Recording, recorded_body
from mockserver.replay.session import Replay, recordings_of

__all__ = [
    "Recording",
    "Replay",
    "ReplayKeywords",
    "is_expired",
    "recorded_body",
    "recordings_of",
    "replay",
]
