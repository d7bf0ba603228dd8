"""Regular expressions of cassettes, compiled when they are first needed: who only loads this package pays for none."""

import re
from functools import cache


@cache
def compiled(pattern: str, *, only_ascii: bool = True) -> re.Pattern[str]:
    """A regular expression, whose classes are those of ASCII unless it is said otherwise."""
    return re.compile(pattern, re.ASCII if only_ascii else 0)
