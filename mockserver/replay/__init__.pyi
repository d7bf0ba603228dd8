from mockserver.replay.recorded_response import Recording
from mockserver.replay.session import Replay, recordings_of

__all__ = [
    "Recording",
    "Replay",
    "recordings_of",
]
