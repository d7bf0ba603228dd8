"""A provider's dialect at the edge: requests, and those replies that show no run. A run is shown by its dialect."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from mockserver.codec import JsonObject, dumps, dumps_indented
from mockserver.errors import ApiError
from mockserver.model.request import Asked
from mockserver.spec.checks.body import parse_body
from mockserver.web.context import JsonReply, WebReply, json_reply
from mockserver.web.profiles.profile import Profile


def adapt_request(asked: Asked, profile: Profile) -> Asked:
    """The request as a client of OpenAI would have made it, with what shows its response.

    A request without a body stays as it is, and so does one that cannot be read: a recording may answer it all the
    same.
    """
    if not asked.raw or asked.dialect is not None:
        return asked
    try:
        body = parse_body(asked.raw, content_type=asked.head.headers.get("content-type", ""))
    except ApiError:
        return asked
    translated = profile.request_in(body)
    raw = asked.raw if translated is body else dumps(translated)
    return Asked(asked.head, raw, dialect=profile.dialect(asked.raw, body))


def adapt_reply(reply: WebReply, profile: Profile) -> WebReply:
    """A reply to a request that creates no response, as the provider would give it. What was recorded stays."""
    if not isinstance(reply, JsonReply) or reply.head is not None:
        return reply
    body = orjson.loads(reply.body)
    adapt = OBJECTS.get(body.get("object", "item")) if isinstance(body, dict) else None
    return reply if adapt is None else replace(reply, body=dumps_indented(adapt(profile, body)))


def adapt_error(error: ApiError, profile: Profile) -> JsonReply:
    """An error as the provider would give it."""
    body, status = profile.error_out(error.error, error.status)
    return json_reply(body, status=status, headers=error.headers)


def error_object(error: ApiError, profile: Profile) -> tuple[JsonObject, int]:
    """What stands under `error`, or instead of it, in an error as the provider would give it, and its status."""
    body, status = profile.error_out(error.error, error.status)
    inside = body.get("error", body) if isinstance(body, dict) else None
    return inside if isinstance(inside, dict) else error.error, status


def _list(profile: Profile, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "data": [_item(profile, one) for one in body["data"] if not profile.hides(one)]}


def _item(profile: Profile, item: dict[str, Any]) -> dict[str, Any]:
    return profile.item_out(item) if "type" in item else item


def _deleted(profile: Profile, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "id": profile.id_out(body["id"])}


OBJECTS: Final[Mapping[str, Callable[[Profile, dict[str, Any]], dict[str, Any]]]] = {
    "list": _list,
    "item": _item,
    "response.deleted": _deleted,
}
"""What is changed in a reply, by its `object`; an item has none."""
