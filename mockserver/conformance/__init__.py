"""Whether a profile is what a provider's OpenAPI document describes, and what a recording says of a provider."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {"check": ["Report", "check_document", "check_profile"], "propose": ["propose_profile"]},
)
