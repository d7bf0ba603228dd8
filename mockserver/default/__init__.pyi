from mockserver.default.embeddings import embed
from mockserver.default.moderations import moderate
from mockserver.default.reply import DEFAULT

__all__ = [
    "DEFAULT",
    "embed",
    "moderate",
]
