"""WebSocket mode: the requests and the runs of HTTP, as events on a socket that stays open."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, {"handshake": ["upgrade"]})
