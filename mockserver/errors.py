"""What can go wrong, in two trees.

MockServerError                 the test author's fault: raised in their process, never sent
├── SettingsError               a setting or an argument that cannot work
├── ServerError                 the server could not start or was used while stopped
├── ScriptError                 a rule or a fixture file that says something impossible
├── CassetteError               a cassette that cannot be read or must not be written
└── MismatchError               the client did not do what the test expected; also an AssertionError

ApiError                        an answer on the wire: status, OpenAI's error object, headers
"""

from collections.abc import Mapping
from typing import Any


class MockServerError(Exception):
    """Base of every error that the author of a test or the user of the command line has to fix."""


class SettingsError(MockServerError):
    """A setting or an argument has a value that cannot work."""


class ServerError(MockServerError):
    """The server could not start, or was used while it was not running."""


class ScriptError(MockServerError):
    """A rule or a fixture file says something impossible; the message names file, line and key."""


class CassetteError(MockServerError):
    """A cassette cannot be read or must not be written; the message names file, line and cause.

    `line` counts from 1; 0 where it is about the whole file. `file` is empty where it is about none.
    """

    def __init__(self, cause: str, *, file: str = "", line: int = 0) -> None:
        place = f"{file}, line {line}: " if line else f"{file}: " if file else ""
        super().__init__(place + cause)
        self.cause = cause
        self.file = file
        self.line = line


class MismatchError(MockServerError, AssertionError):
    """The client did not do what the test expected; the message names the nearest requests or rules."""


class ApiError(Exception):
    """An error that the client sees, with OpenAI's error object as its body.

    Raised by checks and by the engine; the web layer writes it. `headers` are sent besides the usual ones.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002 - the wire's own word
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.param = param
        self.code = code
        self.headers = dict(headers or {})

    @property
    def error(self) -> dict[str, Any]:
        """The error object in the wire's key order."""
        return {"message": self.message, "type": self.type, "param": self.param, "code": self.code}

    @property
    def body(self) -> dict[str, Any]:
        """The whole reply body."""
        return {"error": self.error}
