"""What secrets look like, beside the rules of gitleaks: a row per kind, with its source.

A row is here because gitleaks has no rule for it, or one that misses what a recording holds: a key without the name of
its vendor next to it, a key that was cut off, one in a sentence. What the first group of a pattern holds is the secret;
what stands before it stays, for people to see what was there.

Each pattern is linear in its text, which a test shows by growth: it begins with a literal or a boundary that its own
letters cannot be, and what repeats before something else is bounded or possessive.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mockserver.cassette.secret_values import is_user_and_password, looks_like_password, looks_random
from mockserver.errors import SettingsError

AFTER_WORD = r"(?<![A-Za-z0-9_-])"
AFTER_BASE64 = r"(?<![A-Za-z0-9_+/-])"  # for patterns without `-` or `_`, which base64 could hold
LONG_RUN = r"[A-Za-z0-9_+/=.~%-]{14}"


class SecretPattern(NamedTuple):
    """How one kind of secret looks."""

    kind: str
    hints: Sequence[str]
    """In lower case: a text with such a secret has one of them, or is not looked into. Empty for any text."""
    pattern: str
    """A regular expression for ASCII, compiled when a hint is first seen; its group is the secret."""
    check: Callable[[str], bool] | None = None
    """What else the secret has to be."""
    entropy: float = 0.0
    """Bits for each letter that the secret has at least."""
    digit: bool = False
    """Whether the secret has a digit in any case."""
    short: bool = False
    """Whether it may have no `LONG_RUN`, which most secrets have and most texts have not."""
    own: bool = False
    """Whether it is a user's: of any letters, and all that it matches is the secret."""


def secret(
    kind: str,
    hints: str,
    pattern: str,
    *,
    check: Callable[[str], bool] | None = None,
    boundary: str = AFTER_WORD,
    short: bool = False,
) -> SecretPattern:
    """A row of the table; its hints are separated by `|`."""
    return SecretPattern(kind=kind, hints=hints.split("|"), pattern=boundary + pattern, check=check, short=short)


OWN_PATTERNS: Sequence[SecretPattern] = (
    # Keys of AI services: their documentation, and the keys that it shows
    secret("api key", "sk-", r"sk-(?:proj-|svcacct-|admin-|ant-|or-v1-)?([A-Za-z0-9_-]{20,}+)", check=looks_random),
    secret("session key", "sess-", r"sess-([A-Za-z0-9]{32,})"),  # OpenAI dashboard
    secret("client secret", "ek_", r"ek_([A-Za-z0-9]{20,})"),  # OpenAI realtime
    secret("webhook secret", "whsec_", r"whsec_([A-Za-z0-9+/=]{24,})"),  # OpenAI, Stripe: Standard Webhooks
    secret("organization id", "org-", r"org-([A-Za-z0-9]{20,}+)", check=looks_random),  # OpenAI
    secret("project id", "proj_", r"proj_([A-Za-z0-9]{20,}+)", check=looks_random),  # OpenAI
    secret("api key", "gsk_", r"gsk_([A-Za-z0-9]{40,})"),  # Groq
    secret("api key", "xai-", r"xai-([A-Za-z0-9_]{60,})"),  # xAI
    secret("api key", "pplx-", r"pplx-([A-Za-z0-9]{40,})"),  # Perplexity
    secret("api key", "nvapi-", r"nvapi-([A-Za-z0-9_-]{60,})"),  # NVIDIA
    secret("api key", "r8_", r"r8_([A-Za-z0-9_-]{37,})"),  # Replicate
    secret("api key", "pcsk_", r"pcsk_([A-Za-z0-9_]{40,})"),  # Pinecone
    secret("api key", "tvly-", r"tvly-([A-Za-z0-9-]{20,}+)", check=looks_random),  # Tavily
    secret("api key", "lsv2_", r"lsv2_(?:pt|sk)_([a-f0-9]{32}_[a-f0-9]{10})"),  # LangSmith
    secret("api key", "-lf-", r"[sp]k-lf-([a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12})"),  # Langfuse
    secret("access token", "hf_", r"hf_([A-Za-z0-9]{30,})"),  # Hugging Face
    # Keys whose documentation shows how they begin, and not how long they are
    secret(
        "api key",
        "csk-|fw_|jina_|fc-|e2b_|sk_|napi_|figd_|re_",  # Cerebras, Fireworks, Jina, Firecrawl, E2B, ElevenLabs, Neon …
        r"(?:csk-|fw_|jina_|fc-|e2b_|sk_|napi_|figd_|re_)([A-Za-z0-9_-]{20,}+)",  # Figma, Resend
        check=looks_random,
    ),
    # Clouds
    secret("access key id", "akia|asia", r"A[KS]IA([A-Z0-9]{16})(?![A-Za-z0-9])", boundary=AFTER_BASE64),  # AWS
    secret("api key", "bedrock-api-key-", r"bedrock-api-key-([A-Za-z0-9+/=_-]{30,})"),  # AWS Bedrock, short-lived
    secret("api key", "aiza", r"AIza([A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])", boundary=AFTER_BASE64),  # Google
    secret("access token", "ya29.", r"ya29\.([A-Za-z0-9_-]{20,})", boundary=AFTER_BASE64),  # Google OAuth
    secret("refresh token", "1//0", r"1//0([A-Za-z0-9_-]{40,})", boundary=AFTER_BASE64),  # Google OAuth
    secret("client secret", "gocspx-", r"GOCSPX-([A-Za-z0-9_-]{28})"),  # Google OAuth
    secret("account key", "accesskey=", r"SharedAccessKey=([A-Za-z0-9+/]{20,}+={0,2})"),  # Azure service bus
    secret("account key", "accountkey=", r"AccountKey=([A-Za-z0-9+/]{20,}+={0,2})"),  # Azure
    secret("access token", "dapi", r"dapi([a-f0-9]{32})(?![A-Za-z0-9])", boundary=AFTER_BASE64),  # Databricks
    secret("access token", "v1_", r"do[opr]_v1_([a-f0-9]{64})"),  # DigitalOcean
    secret("access token", "cfut_|cfat_|cfk_", r"cf(?:ut|at|k)_([A-Za-z0-9]{48})"),  # Cloudflare
    secret("access token", "hvs.|hvb.|hvr.", r"hv[sbr]\.([A-Za-z0-9_-]{24,})"),  # HashiCorp Vault
    secret("access token", "tskey-", r"tskey-(?:auth|api|client|scim|webhook)-([A-Za-z0-9_-]{20,})"),  # Tailscale
    secret("access token", "sbp_", r"sbp_([a-z0-9]{40})"),  # Supabase
    secret(  # signed URLs of AWS, Google Cloud and Azure
        "signature",
        "sig=|signature=",
        r"[?&](?:sig|Signature|X-(?:Amz|Goog)-Signature)=([^&\s\"'<>#]{16,})",
        boundary="",
        short=True,
    ),
    # Code, and what builds it
    secret("access token", "ghp_|gho_|ghu_|ghs_|ghr_", r"gh[pousr]_([A-Za-z0-9]{36,})"),  # GitHub
    secret("access token", "github_pat_", r"github_pat_([A-Za-z0-9_]{22,})"),  # GitHub, fine-grained
    secret("access token", "glpat-", r"glpat-([A-Za-z0-9_.-]{20,})"),  # GitLab
    secret("access token", "npm_", r"npm_([A-Za-z0-9]{36})"),  # npm
    secret("access token", "pypi-", r"pypi-([A-Za-z0-9_-]{50,})"),  # PyPI
    secret("access token", "dckr_", r"dckr_[po]at_([A-Za-z0-9_-]{20,})"),  # Docker Hub
    secret("access token", "atctt3", r"ATCTT3([A-Za-z0-9+/_=-]{100,})"),  # Atlassian, Bitbucket
    secret("app password", "atbb", r"ATBB([A-Za-z0-9_=.-]{20,})", boundary=AFTER_BASE64),  # Bitbucket
    secret("access token", "ccipat_", r"CCIPAT_([A-Za-z0-9_]{40,})"),  # CircleCI
    secret("access token", "bkua_", r"bkua_([a-z0-9]{40})"),  # Buildkite
    secret("access token", "sgp_", r"sgp_(?:[a-fA-F0-9]{16}_|local_)?([a-fA-F0-9]{40})"),  # Sourcegraph
    # Messages, payment, data
    secret("access token", "xox", r"xox[abcdeoprs]-([A-Za-z0-9%-]{10,})"),  # Slack
    secret("access token", "xapp-", r"xapp-([A-Za-z0-9-]{10,})"),  # Slack apps
    secret(
        "webhook",
        "hooks.slack.com/",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{20,})",
        boundary="",
    ),
    secret("webhook", "webhook.office.com/", r"webhook\.office\.com/webhookb2/([A-Za-z0-9@/-]{40,})", boundary=""),
    secret(
        "webhook",
        "/api/webhooks/",
        r"discord(?:app)?\.com/api/webhooks/([0-9]{15,20}/[A-Za-z0-9_-]{60,})",
        boundary=r"(?<![A-Za-z0-9-])",
    ),
    secret(
        "bot token", "discord|bot", r"[MNO][A-Za-z0-9_-]{23,27}+\.[A-Za-z0-9_-]{6}\.([A-Za-z0-9_-]{27,})"
    ),  # Discord
    secret("bot token", ":aa", r"[0-9]{8,10}:(AA[A-Za-z0-9_-]{33})(?![\w-])"),  # Telegram
    secret("api key", "k_live_", r"[prs]k_live_([A-Za-z0-9]{16,})"),  # Stripe
    secret("api key", "k_test_", r"[prs]k_test_([A-Za-z0-9]{16,})"),  # Stripe
    secret("api key", "rzp_", r"rzp_(?:live|test)_([A-Za-z0-9]{14,})"),  # Razorpay
    secret("api key", "sg.", r"SG\.([A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})", boundary=AFTER_BASE64),  # SendGrid
    secret("api key", "key-", r"key-([a-f0-9]{32})(?![\w-])"),  # Mailgun
    secret("api key", "-us", r"([a-f0-9]{32})-us[0-9]{1,2}(?![\w-])"),  # Mailchimp
    secret("access token", "shp", r"shp(?:at|ca|pa|ss)_([a-fA-F0-9]{32})"),  # Shopify
    secret("api key", "secret_", r"secret_([A-Za-z0-9]{43})(?![\w-])"),  # Notion, until 2024
    secret(
        "api key", "nrak-|nrjs-|nrii-", r"NR(?:AK|JS|II)-([A-Za-z0-9-]{19,40})(?![\w-])", check=looks_random
    ),  # New Relic
    secret("api key", "phx_", r"phx_([A-Za-z0-9_]{40,})"),  # PostHog
    secret(
        "access token",
        "access-",
        r"access-(?:sandbox|development|production)-([a-f0-9]{8}(?:-[a-f0-9]{4}){3}"
        r"-[a-f0-9]{12})",
    ),  # Plaid
    secret("access token", ".eyj", r"[sp]k\.(eyJ[A-Za-z0-9_-]{20,}+\.[A-Za-z0-9_-]{20,})"),  # Mapbox
    secret("client key", ".ingest", r"//([a-f0-9]{32})@o[0-9]{1,20}\.ingest", boundary=""),  # Sentry
    # What standards say
    secret("json web token", "eyj", r"eyJ([\w-]{10,}+\.eyJ[\w-]{10,}+\.[\w-]{10,})", boundary=AFTER_BASE64),  # RFC 7519
    secret(
        "encrypted token", "eyj", r"eyJ([\w-]{10,}+(?:\.[\w-]{0,4096}+){4})(?![\w.-])", boundary=AFTER_BASE64
    ),  # JWE
    secret("json web token", "zxlk", r"ZXlK([A-Za-z0-9+/]{60,}+={0,2})", boundary=AFTER_BASE64),  # in base64
    secret("bearer token", "bearer ", r"[Bb]earer ([A-Za-z0-9._~+/-]{16,}+=*)", check=looks_random),  # RFC 6750
    secret(
        "password", "basic ", r"[Bb]asic ([A-Za-z0-9+/]{8,}+={0,2})", check=is_user_and_password, short=True
    ),  # RFC 7617
    secret(  # RFC 3986, also without a user, as redis has it
        "password", "@", r"://([^\s/:@\"'<>\\]{0,200}+:[^\s/@\"'<>\\]{1,200}+)(?=@)", boundary="", short=True
    ),
    secret("access token", "@", r"://([A-Za-z0-9_-]{20,200}+)(?=@)", check=looks_random, boundary=""),
    secret(  # RFC 7468 and 4880; also as it stands in escaped JSON, and cut off
        "private key",
        "-----begin",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----((?:\\[rn]|\s)*+"
        r"(?:[A-Z][A-Za-z-]{1,40}: [^\n\\]{0,200}+(?:\\[rn]|\s)++)*+"
        r"[A-Za-z0-9+/=]{16}[A-Za-z0-9+/=\s\\]*+(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?)",
        boundary="",
    ),
    secret(
        "private key",
        "putty-user-key-file",
        r"PuTTY-User-Key-File-[0-9]:[\s\S]{1,1500}?Private-Lines: [0-9]{1,4}"
        r"\s{1,5}([A-Za-z0-9+/=\s]{16,})",
        boundary="",
    ),  # PuTTY
    # Files and commands
    secret(  # netrc
        "password",
        "password",
        r"machine\s{1,5}[\w-]{1,100}+(?:\.[\w.-]{1,200}+|(?<=localhost))"
        r"(?:\s{1,5}(?:login|account)\s{1,5}\S{1,200}+){1,2}\s{1,5}password\s{1,5}(\S{1,200})",
        short=True,
    ),
    secret(
        "cookie", "cookie", r"(?i:(?:set-)?cookie):[ \t]{0,5}([\w.-]{1,100}+=[^\r\n\"'\\]{6,4096}+)", short=True
    ),  # RFC 6265
    secret(  # options of commands
        "password",
        "--",
        r"(?<=\s)--[\w-]{0,40}?(?:password|passwd|passphrase|token|secret|api-?key)[= ][\"']?"
        r"([^\s\"'$<{]{6,200}+)",
        check=looks_like_password,
        boundary="",
        short=True,
    ),
    secret(
        "password",
        "curl",
        r"(?<=\s)(?:-u|--user)[= ]{0,2}[\"']?[^\s:\"'$<{]{1,100}+:([^\s\"'$<{]{4,200}+)",
        check=looks_like_password,
        boundary="",
        short=True,
    ),  # curl
    secret(
        "password",
        "add key=",
        r"(?i:<add key=\"(?:cleartext)?password\"\s{1,5}value=)\"([^\"\n]{8,200})",
        boundary="",
        short=True,
    ),  # NuGet
    secret(  # Kubernetes
        "secret",
        "kind:",
        r"(?i:kind:\s{0,5}secret)\s(?:[\s\S]{0,400}?\s)?data:\s{1,5}([\w.-]{1,100}+:\s{1,5}"
        r"[A-Za-z0-9+/]{8,}+={0,2}(?:\s{1,8}[\w.-]{1,100}+:\s{1,5}[A-Za-z0-9+/]{8,}+={0,2})*+)",
        boundary="",
        short=True,
    ),
    secret(
        "domain secret", "domain_secrets", r"\"value\"\s{0,5}:\s{0,5}\"([^\"\\]+)", boundary="", short=True
    ),  # OpenAI, as text
)


ON_REQUEST: Mapping[str, SecretPattern] = {
    "email": secret(
        "e-mail address",
        "@",
        r"([A-Za-z0-9._%+-]{1,64}+@[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+){0,8}\.[A-Za-z]{2,63})",
        boundary=r"(?<![A-Za-z0-9._%+-])",
    ),
    "phone": secret(  # E.164 with its country, or a number of North America
        "phone number",
        "0|1|2|3|4|5|6|7|8|9",
        r"(\+[1-9](?:[ ./()-]{0,2}[0-9]){7,14}|\(?[2-9][0-9]{2}\)?[ .-]{1,2}[2-9][0-9]{2}[ .-][0-9]{4})(?![0-9A-Za-z])",
        boundary=r"(?<![0-9A-Za-z+.(-])",
    ),
}
"""Not among the usual patterns, as a recording may need its addresses: patterns that users name."""


def own_pattern(pattern: str) -> SecretPattern:
    """A pattern that a user names, or the user's regular expression, all of whose match is replaced.

    Raises: SettingsError where it is not valid.
    """
    if pattern in ON_REQUEST:
        return ON_REQUEST[pattern]
    try:
        re.compile(pattern)
    except re.error as error:
        raise SettingsError(
            f"redact is {pattern!r}; expected a regular expression of Python, `email` or `phone`: {error}."
        ) from error
    return SecretPattern(kind="own pattern", hints=(), pattern=pattern, own=True)
