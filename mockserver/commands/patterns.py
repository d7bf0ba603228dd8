"""What commands redact, or look for: patterns of secrets."""

from collections.abc import Sequence

from mockserver.configuration import configured

PATTERN_HELP = "a regular expression, `email` or `phone`, in addition to the known and the configured ones; repeatable"
"""What `--redact` takes."""


def redacted(stated: Sequence[str] = ()) -> Sequence[str]:
    """The patterns that the project redacts, and those that are stated."""
    return tuple(configured(redact=stated)["redact"])
