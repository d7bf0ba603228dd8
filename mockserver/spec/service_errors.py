"""The errors of the service itself, which come where a script asks for them. Sources as in `api_errors`."""

from collections.abc import Mapping
from typing import Final

from mockserver.spec.error_row import ApiErrorRow

SERVICE_ERRORS: Final[Mapping[str, ApiErrorRow]] = {
    "context_length_exceeded": ApiErrorRow(  # issue; the 400 that a correct client meets
        text="Your input exceeds the context window of this model. Please adjust your input and try again.",
        when="The context is longer than the model can read.",
        code="context_length_exceeded",
        param="input",
    ),
    "unsupported_file": ApiErrorRow(  # P
        text="The file type you uploaded is not supported. Please try again with a pdf",
        when="A file that is named by a URL is of another type than files may have.",
        code="unsupported_file",
        param="input",
    ),
    "invalid_image_url": ApiErrorRow(  # issue; the param is that of chat completions
        text="Error while downloading file. Upstream status code: 400.",
        when="An image cannot be downloaded.",
        code="invalid_image_url",
    ),
    "invalid_encrypted_content": ApiErrorRow(  # issue: openai/codex#8128
        text="The encrypted content gAAA...ng== could not be verified.",
        when="A reasoning item's `encrypted_content` is of another organization, or broken.",
        code="invalid_encrypted_content",
    ),
    "unsupported_country": ApiErrorRow(  # issue: home-assistant/core#120072
        text="Country, region, or territory not supported",
        when="The service is not offered where the request comes from.",
        code="unsupported_country_region_territory",
        status=403,
        type="request_forbidden",
    ),
    "request_timeout": ApiErrorRow(  # our choice: no body is known
        text="Request timed out.", when="The request takes too long.", status=408
    ),
    "conflict": ApiErrorRow(  # our choice: no body is known
        text="The request conflicts with another one. Please try again.", when="Two requests collide.", status=409
    ),
    "rate_limit_exceeded": ApiErrorRow(  # Codex's tests; the type is the documentation's of 2026
        text=(
            "Rate limit reached for requests in organization org-mock on requests per min (RPM): Limit 5000, Used 5000,"
            " Requested 1. Please try again in {wait}. Visit https://platform.openai.com/account/rate-limits to learn"
            " more."
        ),
        when="Too many requests or tokens in a minute.",
        code="rate_limit_exceeded",
        status=429,
        type="rate_limit_error",
        retry_after=1,
    ),
    "insufficient_quota": ApiErrorRow(  # recorded by the Vercel AI SDK; waiting does not help
        text=(
            "You exceeded your current quota, please check your plan and billing details. For more information on this"
            " error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
        ),
        when="The account has no credit left.",
        code="insufficient_quota",
        status=429,
        type="insufficient_quota",
    ),
    "server_error": ApiErrorRow(  # recorded by the Vercel AI SDK (chat)
        text=(
            "The server had an error processing your request. Sorry about that! You can retry your request, or contact "
            "us through our help center at help.openai.com if you keep seeing this error."
        ),
        when="The service fails.",
        code="server_error",
        status=500,
        type="server_error",
    ),
    "bad_gateway": ApiErrorRow(  # issue: stanfordnlp/dspy#203, where the code is a number
        text="Bad gateway.",
        when="A proxy in front of the service gets no answer.",
        code="502",
        status=502,
        type="cf_bad_gateway",
    ),
    "server_is_overloaded": ApiErrorRow(  # code and type from the documentation of 2026; the sentence is our choice
        text="The server is currently overloaded with other requests. Please try again later.",
        when="The service has too much to do.",
        code="server_is_overloaded",
        status=503,
        type="service_unavailable_error",
    ),
    "gateway_timeout": ApiErrorRow(  # our choice, after the 502
        text="Gateway timeout.",
        when="A proxy in front of the service waits too long.",
        code="504",
        status=504,
        type="cf_gateway_timeout",
    ),
}
