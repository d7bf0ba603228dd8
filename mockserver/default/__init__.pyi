from mockserver.default.reply import DEFAULT

__all__ = [
    "DEFAULT",
]
