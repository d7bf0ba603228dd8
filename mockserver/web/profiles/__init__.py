"""Providers that speak the Responses API with an accent: their differences as data, and what translates them."""

from mockserver.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "adapter": ["adapt_error", "adapt_reply", "adapt_request", "error_object"],
        "loader": ["load_profile", "profile_schema"],
        "openapi": ["DocumentedBody", "OpenApiDocument"],
        "profile": ["Profile"],
    },
)
