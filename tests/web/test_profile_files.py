"""Profile files obey the laws of fixture files, and each server reads them anew."""

from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Settings, SettingsError
from tests.support.http import send
from tests.support.profile_examples import own

BODY = {"model": "gpt-4.1", "input": "Hi", "store": False}


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    """A profile of a user's own, whose responses say `provider: one`."""
    path = tmp_path / "gateway.yaml"
    path.write_text("response:\n  - set: {provider: one}\n")
    return path


def provider(server: MockServer, **where: Any) -> Any:
    mock = server.workspace(**where)
    reply = send(mock.base_url, "POST", "/v1/responses", BODY, key=mock.api_key)
    return reply.json["provider"]


SAME_LAWS = [
    pytest.param(
        "response:\n  - drop: [usage]\nitems:\n  - drop: [id]\nresponse:\n  - drop: [model]\n",
        ":5: response: given twice, first in line 1; keep one.",
        id="twice",
    ),
    pytest.param(
        "response:\n  - set: {a: 1, a: 2}\n",
        ":2: response[0].set.a: given twice, first in line 2; keep one.",
        id="deep",
    ),
    pytest.param("error_body: !!str x\n", ":1: error_body: tags are not allowed, got 'tag:", id="tag"),
    pytest.param(
        "items: &rows\n  - drop: [a]\nparts: *rows\n",
        ":1: items: anchors and aliases are not allowed, got 'rows'; write the value out.",
        id="anchor",
    ),
]


@pytest.mark.parametrize(("text", "problem"), SAME_LAWS)
def test_profile_refuses_what_a_fixture_refuses(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        own(tmp_path, text)
    assert f"{tmp_path}/own.yaml{problem}" in str(caught.value)


def test_no_and_dates_are_text(tmp_path: Path) -> None:
    profile = own(tmp_path, "request:\n  - set: {verbose: no, since: 2026-01-01, on: yes, really: true}\n")
    assert profile.request_in({}) == {"verbose": "no", "since": "2026-01-01", "on": "yes", "really": True}


def test_edited_profile_is_taken_by_the_next_server(gateway: Path) -> None:
    with MockServer(Settings(profile=str(gateway))) as first:
        gateway.write_text("response:\n  - set: {provider: two}\n")
        with MockServer(Settings(profile=str(gateway))) as second:
            assert (provider(first), provider(second)) == ("one", "two")
        assert provider(first) == "one"


def test_edited_profile_of_a_workspace_is_taken_by_the_next_server(gateway: Path) -> None:
    with MockServer() as first, MockServer() as second:
        said = [provider(first, profile=str(gateway))]
        gateway.write_text("response:\n  - set: {provider: two}\n")
        said += [provider(first, profile=str(gateway)), provider(second, profile=str(gateway))]
    assert said == ["one", "one", "two"]


def test_profile_that_was_broken_is_refused_by_the_next_server(gateway: Path) -> None:
    with MockServer(Settings(profile=str(gateway))) as first:
        gateway.write_text("response:\n  - sot: {provider: two}\n")
        with pytest.raises(SettingsError, match=r"gateway\.yaml.*2.*sot"):
            MockServer(Settings(profile=str(gateway))).start()
        assert provider(first) == "one"


def test_server_that_starts_again_reads_again(gateway: Path) -> None:
    server = MockServer(Settings(profile=str(gateway)))
    with server:
        said = [provider(server)]
    gateway.write_text("response:\n  - set: {provider: two}\n")
    with server:
        said.append(provider(server, api_key="another"))
    assert said == ["one", "two"]


def test_server_that_starts_again_forgets_what_it_translated(gateway: Path) -> None:
    server = MockServer(Settings(profile=str(gateway)))
    said = []
    for name in ("one", "two"):
        gateway.write_text(f"response:\n  - set: {{provider: {name}}}\n")
        with server:
            replies = [send(server.base_url, "POST", "/v1/responses", BODY, key="one") for _ in range(4)]
            said += [reply.json["provider"] for reply in replies]
    assert said == ["one"] * 4 + ["two"] * 4
