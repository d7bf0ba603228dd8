"""Which handler answers which request: rows, matched segment by segment."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import unquote

from mockserver.engine import Engine
from mockserver.spec.api_errors import api_error
from mockserver.spec.operations import API
from mockserver.web.context import JsonReply, RequestContext, Upgrade, WebReply
from mockserver.web.headers import PLAIN
from mockserver.web.paths import api_path

NO_CONTENT: Final = 204
PREFLIGHT_SECONDS: Final = "600"
"""How long a browser may remember what it was allowed."""

Handler: TypeAlias = Callable[[Engine, RequestContext], Awaitable[WebReply | Upgrade]]


class Route(NamedTuple):
    """One row: `{name}` segments take any text and reach the handler as `RequestContext.params`."""

    method: str
    path: str
    handler: Handler
    operation: str = ""
    """Its name in scripts, that of the SDK's method; empty for routes that are not OpenAI's."""
    public: bool = False
    """Whether it answers without an API key."""

    @property
    def creates(self) -> bool:
        """Whether it creates a response."""
        return self.operation == "responses.create"


async def answer_options(_engine: Engine, context: RequestContext, *, allowed: Sequence[str]) -> WebReply:
    """`OPTIONS` of any route: its methods; for a page that may ask, what it may send."""
    head = context.asked.head
    methods = ", ".join(allowed)
    headers = {"allow": methods}
    if head.origin:
        headers["access-control-allow-methods"] = methods
        headers["access-control-allow-headers"] = head.headers.get("access-control-request-headers", "*")
        headers["access-control-max-age"] = PREFLIGHT_SECONDS
    return JsonReply(b"", PLAIN, NO_CONTENT, headers)


class Router:
    """Finds routes. Literal segments win over `{name}` segments."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._open: list[tuple[tuple[str, ...], dict[str, Route]]] = []
        self._areas = {_area(route.path) for route in routes}
        for route in routes:
            self._table(route.path)[route.method] = route

    def _table(self, path: str) -> dict[str, Route]:
        if "{" not in path:
            return self._exact.setdefault(path, {})
        pattern = tuple(path.split("/"))
        for known, table in self._open:
            if known == pattern:
                return table
        self._open.append((pattern, {}))
        return self._open[-1][1]

    def find(self, method: str, path: str, *, sent: str = "") -> tuple[Route, Mapping[str, str]]:
        """The route of a request and its path variables; errors name the path that was `sent`.

        Raises: ApiError 404 for a path that no row has, in the API's words below what the API has, else in our own;
            405 for a method that its rows do not have.
        """
        path = path.rstrip("/") or "/"
        table = self._exact.get(path)
        params: Mapping[str, str] = {}
        if table is None:
            table, params = self._match(path.split("/"))
        if table is None and _area(path) not in self._areas:
            prefix = self._prefix(sent)
            if prefix:
                raise api_error("unknown_prefix", method=method, path=sent.removeprefix(prefix), prefix=prefix)
            raise api_error("unserved_route", method=method, path=path)
        if table is None:
            raise api_error("unknown_url", method=method, path=sent or path)
        if method == "OPTIONS":
            return Route(method, path, partial(answer_options, allowed=sorted(table)), public=True), params
        method = "GET" if method == "HEAD" and "GET" in table else method
        if method not in table:
            allow = {"allow": ", ".join(sorted(table))}
            raise api_error("wrong_method", method=method, path=sent or path, headers=allow)
        return table[method], params

    def _prefix(self, sent: str) -> str:
        """What stands before a path of the API in one that was sent; empty where it is no such path."""
        for slash in re.finditer("/", sent[1:]):
            prefix, rest = sent[: slash.end()], sent[slash.end() :]
            is_versioned = rest.startswith(f"{API}/")
            if _area(api_path(rest)) in self._areas and (is_versioned or not sent.startswith(f"{API}/")):
                return prefix
        return ""

    def _match(self, segments: Sequence[str]) -> tuple[dict[str, Route] | None, Mapping[str, str]]:
        for pattern, table in self._open:
            if len(pattern) == len(segments):
                params = _bind(pattern, segments)
                if params is not None:
                    return table, params
        return None, {}


def _area(path: str) -> str:
    """The part of an API that a path belongs to: `/v1/responses` for `/v1/responses/resp_1`."""
    return "/".join(path.split("/")[:3])


def _bind(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    params = {}
    for expected, found in zip(pattern, segments, strict=True):
        if expected.startswith("{") and found:
            params[expected[1:-1]] = unquote(found)
        elif expected != found:
            return None
    return params
