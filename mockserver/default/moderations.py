"""`POST /v1/moderations`: nothing is flagged; a test that wants something flagged scripts it."""

from typing import Any, Final

from mockserver.ids import Draws
from mockserver.model.moderation import verdict
from mockserver.spec.checks.invalid import Invalid, invalid_type

MODEL: Final = "omni-moderation-latest"


def moderate(body: Any, *, draws: Draws) -> dict[str, Any]:
    """The moderation of a request's input, one result for each text. Raises: ApiError."""
    request = body if isinstance(body, dict) else {}
    given = request.get("input")
    if given is None:
        raise Invalid("missing_required_parameter").at("input").error
    if not isinstance(given, str | list):
        raise invalid_type(given, "one of a string or array of strings").at("input").error
    texts = isinstance(given, list) and all(isinstance(each, str) for each in given)
    count = len(given) if texts else 1
    return {
        "id": f"modr-{draws.hex(32)}",
        "model": request.get("model") or MODEL,
        "results": [verdict() for _ in range(count)],
    }
