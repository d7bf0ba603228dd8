from mockserver.web.profiles.adapter import adapt_error, adapt_reply, adapt_request, error_object
from mockserver.web.profiles.loader import load_profile, profile_schema
from mockserver.web.profiles.openapi import DocumentedBody, OpenApiDocument
from mockserver.web.profiles.profile import Profile

__all__ = [
    "DocumentedBody",
    "OpenApiDocument",
    "Profile",
    "adapt_error",
    "adapt_reply",
    "adapt_request",
    "error_object",
    "load_profile",
    "profile_schema",
]
