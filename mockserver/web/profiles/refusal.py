"""What a provider refuses although OpenAI accepts it."""

from typing import Any, NamedTuple

from mockserver.codec import JsonObject
from mockserver.errors import ApiError
from mockserver.web.profiles.transforms import Conditions, ObjectTemplate


class Refusal(NamedTuple):
    """Requests that are refused, and the error that they get, before the rows for errors."""

    where: Conditions
    error: ObjectTemplate
    """The error object; in it, `$path` stands for a value of the request."""
    status: int

    def error_for(self, body: JsonObject) -> ApiError | None:
        """Why a request is refused, as it was sent; None where it is not."""
        if not self.where.hold(body):
            return None
        error = self.error.fill(body)
        known: dict[str, Any] = {key: error.get(key) for key in ("type", "param", "code")}
        return ApiError(error["message"], status=self.status, **known)
