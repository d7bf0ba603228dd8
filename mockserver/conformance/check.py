"""Holding a profile against its OpenAPI document: what is sent, answered and streamed, and where the two differ."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

from mockserver.cassette.sse import read_stream
from mockserver.codec import dumps, loads
from mockserver.conformance.bodies import random_values
from mockserver.errors import SettingsError
from mockserver.server import MockServer
from mockserver.settings import Settings
from mockserver.web import profiles

BODIES: Final = 500
TIMEOUT: Final = 60.0
NAMED: Final = ("previous_response_id", "conversation")
"""Keys that name objects which a random body cannot know."""
REFERENCE: Final = "item_reference"
OK: Final = 200
LONGEST_WORD: Final = 12  # of a status or a type; longer texts are what a model says
LONGEST_BODY: Final = 400  # characters of an example that are printed
UNKNOWN_EVENT: Final = "is none of the events that the document describes."


@dataclass(slots=True, kw_only=True)
class ProfileDifference:
    """One way in which a profile differs from its document."""

    what: str
    """`request`, `reply`, or `event` and its type."""
    where: str
    message: str
    body: str
    """The first request that showed it."""
    count: int = 0
    """How often it was seen."""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{self.what}, {self.count} times: {place}{self.message}\n    for example {self.body}"


@dataclass(slots=True)
class Report:
    """What a check found."""

    examples: int = 0
    """How many examples were sent."""
    bodies: int = 0
    """How many random bodies were sent."""
    slips: list[str] = field(default_factory=list)
    """What is wrong with the document itself, and was passed over."""
    differences: dict[tuple[str, str, str], ProfileDifference] = field(default_factory=dict)

    def add(self, what: str, where: str, message: str, body: Any) -> None:
        """Count a difference."""
        found = self.differences.get((what, where, message))
        if found is None:
            text = json.dumps(body, ensure_ascii=False)
            text = text if len(text) <= LONGEST_BODY else f"{text[:LONGEST_BODY]} …"
            found = ProfileDifference(what=what, where=where, message=message, body=text)
            self.differences[what, where, message] = found
        found.count += 1


def check_profile(name: str, *, bodies: int = BODIES) -> Report:
    """Send every example of a profile's document, and random bodies of its schema, to a server under the profile.

    Raises: SettingsError for a profile that cannot be read, or names no document.
    """
    document = profiles.load_profile(name).document
    if document is None:
        raise SettingsError(f"The profile '{name}' names no document; add `openapi: FILE` to it.")
    return check_document(document, name, bodies=bodies)


def check_document(document: "profiles.OpenApiDocument", profile: str, *, bodies: int = BODIES) -> Report:
    """The same, for a document that the profile need not name."""
    report = Report()
    with MockServer(Settings(profile=profile)) as server, closing(Comparison(document, report, server)) as comparison:
        for example in document.examples(profiles.OpenApiDocument.REQUEST):
            report.examples += 1
            comparison.send(example.value)
        for body in valid_bodies(document, count=bodies):
            report.bodies += 1
            comparison.send(body)
    report.slips = list(dict.fromkeys(document.slips))
    return report


def valid_bodies(document: "profiles.OpenApiDocument", *, count: int) -> Iterator[Any]:
    """Random bodies that the document's schema allows, and that name no other object."""
    schema = document.schemas.get(profiles.OpenApiDocument.REQUEST)
    if schema is None:
        return
    made = 0
    for body in random_values(schema, count=4 * count):  # unions in several parts of a schema may exclude each other
        standing_alone = alone(body)
        if not document.violations(standing_alone, profiles.OpenApiDocument.REQUEST):
            yield standing_alone
            made += 1
        if made == count:
            return


def alone(body: Any) -> Any:
    """A request that names no object which does not exist."""
    if not isinstance(body, dict):
        return body
    kept = {key: value for key, value in body.items() if key not in NAMED}
    if isinstance(kept.get("input"), list):
        kept["input"] = [item for item in kept["input"] if not _refers(item)]
    return kept


def _refers(item: Any) -> bool:
    """Whether an item of an input names another one; OpenAI lets a reference leave out its type."""
    if not isinstance(item, dict):
        return False
    kind = item.get("type")
    return kind == REFERENCE or (kind is None and "id" in item and "role" not in item)


class Comparison:
    """One document, and a server under the profile."""

    def __init__(self, document: "profiles.OpenApiDocument", report: Report, server: MockServer) -> None:
        self._document = document
        self._report = report
        self._workspace = server.workspace()
        place = urlsplit(self._workspace.base_url)
        self._path = f"{place.path}/responses"
        self._connection = HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT)
        self._compared: set[bytes] = set()
        self._in_examples = {example.value["type"] for example in document.examples(profiles.OpenApiDocument.EVENT)}

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def send(self, body: Any) -> None:
        """Send a body, for a reply and for a stream."""
        reply = self._answered({**body, "stream": False} if "stream" in body else body)
        if reply is None:
            return
        self._compare("reply", loads(reply), profiles.OpenApiDocument.REPLY, body)
        if profiles.OpenApiDocument.EVENT not in self._document.schemas:
            return
        streamed = {**body, "stream": True}
        for event in read_stream(self._answered(streamed) or b"")[0]:
            if self._is_new(event):
                self._compare_event(event, streamed)

    def _answered(self, body: Any) -> bytes | None:
        """The reply to a request; None where it is refused."""
        headers = {"authorization": f"Bearer {self._workspace.api_key}", "content-type": "application/json"}
        self._connection.request("POST", self._path, dumps(body), headers)
        reply = self._connection.getresponse()
        text = reply.read()
        if reply.status == OK:
            return text
        self._report.add("request", "", f"refused with {reply.status} {dumps(loads(text)).decode()}", body)
        return None

    def _compare_event(self, event: Mapping[str, Any], body: Any) -> None:
        if self._document.describes(event["type"], profiles.OpenApiDocument.EVENT):
            self._compare(f"event {event['type']}", event, profiles.OpenApiDocument.EVENT, body)
        elif event["type"] not in self._in_examples:
            self._report.add(f"event {event['type']}", "", UNKNOWN_EVENT, body)

    def _compare(self, what: str, value: Any, kind: "profiles.DocumentedBody", body: Any) -> None:
        for violation in self._document.violations(value, kind):
            self._report.add(what, violation.where, violation.message, body)

    def _is_new(self, event: Mapping[str, Any]) -> bool:
        """Whether no event of this form has been compared; those with whole responses are all compared."""
        form = dumps(event if "response" in event else form_of(event))
        known = form in self._compared
        self._compared.add(form)
        return not known


def form_of(value: Any) -> Any:
    """What a value looks like, whatever its numbers and longer texts are."""
    if isinstance(value, dict):
        return {key: form_of(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [form_of(inner) for inner in value]
    if isinstance(value, str):
        return value if len(value) <= LONGEST_WORD else ""
    return type(value).__name__
