"""The row of an API error."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class ApiErrorRow(NamedTuple):
    """One error; every `{…}` in `text` and `param` is filled in when it is raised."""

    text: str
    when: str
    """When it comes, for `docs/errors.md`."""
    code: str | None = None
    status: int = 400
    param: str | None = None
    type: str = "invalid_request_error"
    retry_after: float | None = None
    """Seconds until the next try, where a script does not say them."""
    example: Mapping[str, Any] = {}
    """What fills the text when a script or a page shows the error, besides `api_errors.EXAMPLES`."""
