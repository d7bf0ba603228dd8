"""Errors for what HTTP/1.1 does not allow, all our choice: no recording shows what the real API says."""

from collections.abc import Mapping
from typing import Final

from mockserver.spec.error_row import ApiErrorRow
from mockserver.spec.own_errors import MOCK_SERVER_ERROR

TRANSPORT_ERRORS: Final[Mapping[str, ApiErrorRow]] = {
    "malformed_http": ApiErrorRow(
        text="This is not a valid HTTP/1.1 request.",
        when="What a client sends is not HTTP, or breaks its rules.",
    ),
    "unknown_method": ApiErrorRow(
        text="The request has a method that HTTP does not know.",
        when="The method is none of HTTP's.",
        status=405,
    ),
    "head_too_large": ApiErrorRow(
        text="The URL or a header is longer than 8190 bytes, or there are more than 128 headers.",
        when="The head of a request is larger than the server reads.",
        status=431,
    ),
    "encoding_not_installed": ApiErrorRow(
        text=(
            "This server cannot unpack a body of this content-encoding. To read zstd and br, install the server with"
            " the extra: pip install 'responses-mockserver[encodings]'."
        ),
        when="A body is packed with zstd or br, and the package that unpacks it is not installed.",
        code="encoding_not_installed",
        status=415,
        type=MOCK_SERVER_ERROR,
    ),
    "client_too_slow": ApiErrorRow(
        text="The rest of the request did not come within {seconds} seconds.",
        when="A client stops in the middle of a body for longer than `--client-timeout`.",
        code="client_too_slow",
        status=408,
        example={"seconds": 300},
    ),
}
