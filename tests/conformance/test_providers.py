"""The built-in profiles against the OpenAPI documents of their providers, by examples and by random bodies."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver import MockServer, Settings, Workspace
from mockserver.conformance.check import Comparison, Report, alone, check_document, valid_bodies
from mockserver.web import profiles
from tests.support.http import Connection
from tests.support.json_schema_strategy import values_of
from tests.web.provider_examples import PROVIDERS

BODIES = int(os.environ.get("MOCKSERVER_BODIES", "120"))
"""How many random bodies are sent; 500 take half a minute."""
DOCUMENTS = {"open-responses": "open-responses.json", "skyengine": "skyengine.md"}
"""Those of the documents that are OpenAPI; the others are prose, whose examples are checked."""
EXAMPLES = {"open-responses": 0, "skyengine": 8}
"""How many examples of requests the documents have."""
SLIPS = {"open-responses": {"text.format.schema": "is not of type 'null'"}}
"""What is wrong in a document, and not in the replies: a schema that was sent may only be null in a response."""

HERE = [
    pytest.param(
        name, marks=pytest.mark.skipif(not (PROVIDERS / file).is_file(), reason="the provider's document is not here")
    )
    for name, file in DOCUMENTS.items()
]


def document_of(profile: str) -> profiles.OpenApiDocument:
    return profiles.OpenApiDocument(PROVIDERS / DOCUMENTS[profile])


def differences(report: Report, profile: str) -> list[str]:
    """What differs, but for what is wrong in the document itself."""
    slips = SLIPS.get(profile, {})
    found = report.differences.values()
    return [
        str(one)
        for one in found
        if not any(one.where.endswith(where) and words in one.message for where, words in slips.items())
    ]


@pytest.mark.parametrize("profile", HERE)
def test_profile_fits_its_document(profile: str) -> None:
    report = check_document(document_of(profile), profile, bodies=BODIES)
    assert differences(report, profile) == []
    assert (report.examples, report.bodies) == (EXAMPLES[profile], BODIES)


@pytest.mark.parametrize("profile", HERE)
def test_profile_fits_its_document_also_where_that_checks_requests(profile: str, tmp_path: Path) -> None:
    text = (Path(profiles.__file__).parent / f"{profile}.yaml").read_text(encoding="utf-8")
    start = text.index("unchecked:")
    rules = text[start : text.index("\n\n", start)]
    own = tmp_path / "own.yaml"
    own.write_text(text.replace(rules, f"openapi: {PROVIDERS / DOCUMENTS[profile]}"), encoding="utf-8")
    report = check_document(document_of(profile), str(own), bodies=BODIES // 4)
    assert differences(report, profile) == []


@pytest.mark.parametrize("profile", HERE)
def test_profile_fits_whatever_its_schema_allows(profile: str) -> None:
    described, report = document_of(profile), Report()
    bodies = values_of(json.loads(json.dumps(described.schemas[profiles.OpenApiDocument.REQUEST])))
    with MockServer(Settings(profile=profile)) as server, closing(Comparison(described, report, server)) as comparison:

        @settings(max_examples=BODIES // 2, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
        @given(st.deferred(lambda: bodies))
        def send(body: Any) -> None:
            body = alone(body)
            if not described.violations(body, profiles.OpenApiDocument.REQUEST):
                report.bodies += 1
                comparison.send(body)

        send()
    assert differences(report, profile) == []
    assert report.bodies > BODIES // 4


@pytest.fixture
def plain() -> Iterator[Workspace]:
    """A workspace of a server that has never heard of a profile."""
    with MockServer() as server:
        yield server.workspace()


@pytest.mark.parametrize("profile", HERE)
def test_same_bodies_are_answered_as_openai_does_beside_the_profile(
    profile: str, server: MockServer, plain: Workspace
) -> None:
    lenient, strict = server.workspace(profile=profile), server.workspace()
    statuses = set()
    with (
        Connection(lenient.base_url) as provider,
        Connection(strict.base_url) as openai,
        Connection(plain.base_url) as alone_there,
    ):
        for body in valid_bodies(document_of(profile), count=BODIES):
            whole = {**body, "stream": False}
            provider.request("POST", "/v1/responses", whole, key=lenient.api_key)
            assert provider.reply().status == 200
            openai.request("POST", "/v1/responses", whole, key=strict.api_key)
            alone_there.request("POST", "/v1/responses", whole, key=plain.api_key)
            answered, expected = openai.reply(), alone_there.reply()
            assert (answered.status, answered.json) == (expected.status, expected.json)
            statuses.add(answered.status)
    assert statuses == {200, 400}
