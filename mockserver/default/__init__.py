"""What an empty mock server answers: tools that fit, arguments that validate, texts that quote the request."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "embeddings": ["embed"],
        "moderations": ["moderate"],
        "reply": ["DEFAULT"],
    },
)
