from mockserver.web.websocket.handshake import upgrade

__all__ = [
    "upgrade",
]
