"""What secrets look like: a row per kind, and the names under which any value is one.

A row's pattern starts at a boundary that the alphabets of base64 and ids never give, so encrypted content, pictures
and object ids do not look like keys. Its first group is what stays, for people to see what was there.

Sources: the issuers' own documentation of key formats, named per row; patterns and lengths as gitleaks 8.x has them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MARK = "REDACTED"

_AFTER_WORD = r"(?<![A-Za-z0-9_-])"
_AFTER_BASE64 = r"(?<![A-Za-z0-9_+/=-])"  # for patterns without `-` or `_`, which base64 could hold


class SecretPattern(NamedTuple):
    """How one kind of secret looks."""

    kind: str
    hint: str
    """A string that every match contains; looked for first, as that is fast."""
    pattern: str
    """A regular expression, compiled when the hint is first seen."""


class Span(NamedTuple):
    """A secret found in a text, and what replaces it."""

    kind: str
    start: int
    end: int
    replacement: str


def secret(kind: str, hint: str, pattern: str, *, boundary: str = _AFTER_WORD) -> SecretPattern:
    """A row of the table; `pattern` has one group, which stays."""
    return SecretPattern(kind=kind, hint=hint, pattern=boundary + pattern)


def own_pattern(pattern: str) -> SecretPattern:
    """A user's regular expression; all that it matches is replaced. Raises: re.error where it is not valid."""
    return SecretPattern(kind="own pattern", hint="", pattern=re.compile(f"(){pattern}").pattern)


SECRET_PATTERNS: Sequence[SecretPattern] = (
    # OpenAI: keys of users, projects, service accounts and admins; the same start at Anthropic, OpenRouter, DeepSeek …
    secret("api key", "sk-", r"(sk-(?:proj-|svcacct-|admin-|ant-|or-v1-)?)(?=[A-Za-z0-9_-]*[0-9])[A-Za-z0-9_-]{20,}"),
    secret("session key", "sess-", r"(sess-)[A-Za-z0-9]{32,}"),  # OpenAI dashboard
    secret("client secret", "ek_", r"(ek_)[A-Za-z0-9]{20,}"),  # OpenAI realtime
    secret("webhook secret", "whsec_", r"(whsec_)[A-Za-z0-9+/=]{24,}"),  # OpenAI, Stripe: Standard Webhooks
    secret("organization id", "org-", r"(org-)[A-Za-z0-9]{20,}"),  # OpenAI
    secret("project id", "proj_", r"(proj_)[A-Za-z0-9]{20,}"),  # OpenAI
    secret("api key", "gsk_", r"(gsk_)[A-Za-z0-9]{40,}"),  # Groq
    secret("api key", "xai-", r"(xai-)[A-Za-z0-9]{60,}"),  # xAI
    secret("api key", "pplx-", r"(pplx-)[A-Za-z0-9]{40,}"),  # Perplexity
    secret("api key", "r8_", r"(r8_)[A-Za-z0-9]{37,}"),  # Replicate
    secret("api key", "pcsk_", r"(pcsk_)[A-Za-z0-9_]{40,}"),  # Pinecone
    secret("api key", "tvly-", r"(tvly-)(?=[A-Za-z0-9-]*[0-9])[A-Za-z0-9-]{20,}"),  # Tavily
    secret("access token", "hf_", r"(hf_)[A-Za-z0-9]{30,}"),  # Hugging Face
    secret("access token", "gh", r"(gh[pousr]_)[A-Za-z0-9]{36,}"),  # GitHub
    secret("access token", "github_pat_", r"(github_pat_)[A-Za-z0-9_]{22,}"),  # GitHub, fine-grained
    secret("access token", "glpat-", r"(glpat-)[A-Za-z0-9_-]{20,}"),  # GitLab
    secret("access key id", "IA", r"(A[KS]IA)[A-Z0-9]{16}(?![A-Za-z0-9])", boundary=_AFTER_BASE64),  # AWS
    secret("api key", "AIza", r"(AIza)[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])", boundary=_AFTER_BASE64),  # Google
    secret("access token", "ya29.", r"(ya29\.)[A-Za-z0-9_-]{20,}", boundary=_AFTER_BASE64),  # Google OAuth
    secret("client secret", "GOCSPX-", r"(GOCSPX-)[A-Za-z0-9_-]{28}"),  # Google OAuth
    secret("access token", "xox", r"(xox[abeoprs]-)[A-Za-z0-9-]{10,}"),  # Slack
    secret("access token", "xapp-", r"(xapp-)[A-Za-z0-9-]{10,}"),  # Slack apps
    secret("webhook", "hooks.slack.com/", r"(hooks\.slack\.com/services/)[A-Za-z0-9/]{20,}", boundary=""),  # Slack
    secret("api key", "k_live_", r"([prs]k_live_)[A-Za-z0-9]{16,}"),  # Stripe
    secret("api key", "k_test_", r"([prs]k_test_)[A-Za-z0-9]{16,}"),  # Stripe
    secret("api key", "SG.", r"(SG\.)[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", boundary=_AFTER_BASE64),  # SendGrid
    secret("access token", "npm_", r"(npm_)[A-Za-z0-9]{36}"),  # npm
    secret("access token", "pypi-", r"(pypi-)[A-Za-z0-9_-]{50,}"),  # PyPI
    secret("access token", "dapi", r"(dapi)[a-f0-9]{32}(?![A-Za-z0-9])", boundary=_AFTER_BASE64),  # Databricks
    secret("access token", "dop_v1_", r"(dop_v1_)[a-f0-9]{64}"),  # DigitalOcean
    secret("access token", "shp", r"(shp(?:at|ca|pa|ss)_)[a-fA-F0-9]{32}"),  # Shopify
    secret("json web token", "eyJ", r"(eyJ)[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}", boundary=_AFTER_BASE64),  # RFC 7519
    secret("bearer token", "earer ", r"([Bb]earer )(?=\S*[0-9])[A-Za-z0-9._~+/-]{16,}=*"),  # RFC 6750
    secret("password", "asic ", r"([Bb]asic )(?=\S*[0-9=])[A-Za-z0-9+/]{12,}=*"),  # RFC 7617
    secret("password", "@", r"([a-z][a-z0-9+.-]*://)[^\s/:@\"'<>]+:[^\s/@\"'<>]+(?=@)", boundary=r"(?<![a-z])"),
    secret(  # RFC 7468; also as it stands in escaped JSON, and cut off
        "private key",
        "PRIVATE KEY-----",
        r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:\\[rn]|\s)*(?:[A-Z][\w-]+: [^\n\\]*(?:\\[rn]|\s)+)*"
        r"[A-Za-z0-9+/=]{16}[A-Za-z0-9+/=\s\\]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
        boundary="",
    ),
    secret(  # signed URLs of AWS, Google Cloud and Azure
        "signature", "ig", r"([?&](?:sig|Signature|X-(?:Amz|Goog)-Signature)=)[^&\s\"'<>#]{16,}", boundary=""
    ),
)

EMAIL = secret("e-mail address", "@", r"()[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
"""Not among the usual patterns: a recording may need its addresses."""


def secret_patterns(own: Sequence[str]) -> Sequence[SecretPattern]:
    """The usual patterns and some of the user's own: regular expressions, or `email`."""
    return (*SECRET_PATTERNS, *(EMAIL if pattern == "email" else own_pattern(pattern) for pattern in own))


# Names of headers, JSON keys and query parameters whose value is a secret whatever it looks like.
_NAMES = (
    r"(?:[\w-]*[-_])?(?:authorization|api[-_]?key|(?:access|refresh|auth|security)[-_]?token|client[-_]?secret"
    r"|secret[-_]?(?:access[-_]?)?key|password|passwd|(?:set-)?cookie)"
)
SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)
SECRET_PARAMETER = re.compile(rf"([?&](?:{_NAMES}|key|token|sig|(?:x-\w+-)?signature)=)([^&#]*)", re.IGNORECASE)
MASKED = re.compile(r"\s*|.*redacted.*|sanitized|\*+|<[^<>]*>|\$\{[^{}]*\}", re.IGNORECASE | re.DOTALL)
"""Values that are masked already."""

# Headers that a cassette keeps, of requests and of replies; all others are left out.
KEPT_HEADERS: Sequence[str] = (
    "accept",
    "content-type",
    "idempotency-key",
    "location",
    "openai-beta",
    "openai-model",
    "openai-poll-after-ms",
    "openai-processing-ms",
    "openai-version",
    "retry-after",
    "retry-after-ms",
    "user-agent",
    "www-authenticate",
    "x-client-request-id",
    "x-request-id",
    "x-should-retry",
)
KEPT_HEADER_STARTS = ("x-ratelimit-", "x-stainless-")


def kept(header: str) -> bool:
    """Whether a cassette keeps a header."""
    name = header.lower()
    return name in KEPT_HEADERS or name.startswith(KEPT_HEADER_STARTS)


def find_spans(text: str, patterns: Sequence[SecretPattern] = SECRET_PATTERNS) -> list[Span]:
    """The secrets in `text`, in order and apart; where two overlap, one replacement covers both."""
    found = sorted(_matches(text, patterns), key=lambda span: (span.start, -span.end))
    spans: list[Span] = []
    for span in found:
        if spans and span.start < spans[-1].end:
            last = spans.pop()
            span = Span(  # noqa: PLW2901 - the two become one
                kind=last.kind, start=last.start, end=max(last.end, span.end), replacement=last.replacement
            )
        spans.append(span)
    return spans


def _matches(text: str, patterns: Sequence[SecretPattern]) -> Iterator[Span]:
    for row in patterns:
        if row.hint not in text:
            continue
        for match in re.finditer(row.pattern, text):
            yield Span(kind=row.kind, start=match.start(), end=match.end(), replacement=match[1] + MARK)


def recut(chunks: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """`chunks` of one text with its `spans` replaced; a replacement stands whole in the chunk where its span starts.

    How a text is cut does not change what becomes of it: joined, the chunks are always the same.
    """
    cut: list[str] = []
    start = 0
    for chunk in chunks:
        cut.append(_replaced(chunk, start, spans))
        start += len(chunk)
    return cut


def _replaced(chunk: str, start: int, spans: Sequence[Span]) -> str:
    """The part of a text that begins at `start`."""
    end = start + len(chunk)
    replaced: list[str] = []
    position = start
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        replaced.append(chunk[position - start : max(span.start, start) - start])
        if span.start >= start:
            replaced.append(span.replacement)
        position = min(span.end, end)
    return "".join(replaced) + chunk[position - start :]


def masked(value: str) -> bool:
    """Whether `value` only says that something was here."""
    return MASKED.fullmatch(value) is not None
