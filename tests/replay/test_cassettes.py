"""Cassettes that are too old."""

import warnings
from pathlib import Path
from typing import Any

import pytest

from mockserver import CassetteError, MockServer, MockServerError, RealClock, Settings
from mockserver.cassette.format import Header
from mockserver.cassette.load import load
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from tests.support.http import send

DAY = 86_400
ASKED = {"model": "o3", "input": "Hello"}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A cassette of ten days ago."""
    path = tmp_path / "old.yaml"
    with CassetteWriter(path, header=Header(recorded_at=RealClock().now() - 10 * DAY)) as writer:
        writer.add(RecordedExchange(request_body=ASKED, body={"n": 1}))
    return path


@pytest.mark.parametrize(("max_age", "warned"), [(0, 0), (11, 0), (9.5, 1)])
def test_old_cassette_is_a_warning(server: MockServer, old: Path, max_age: float, warned: int):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        server.workspace().replay(old, max_age=max_age)

    expected = f"{old}: recorded 10 days ago, and max_age is 9.5 days: record it again, for example with"
    assert [str(each.message).startswith(expected) for each in caught] == [True] * warned


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_age": 9, "on_expiry": "fail"}, "recorded 10 days ago, and max_age is 9 days: record"),
        ({"max_age": 1, "on_expiry": "fail"}, "recorded 10 days ago, and max_age is 1 day: record"),
        ({"max_age": 0.5, "on_expiry": "fail"}, "recorded 10 days ago, and max_age is 12 hours: record"),
        ({"max_age": 1e-7, "on_expiry": "fail"}, "recorded 10 days ago, and max_age is 0.00864 seconds: record"),
        ({"on_expiry": "ignore"}, "on_expiry is 'ignore'; expected warn or fail or record."),
        ({"max_age": -1}, "max_age is -1; expected a number of days, or 0 for any age."),
        ({"max_age": float("nan")}, "max_age is nan; expected a number of days"),
        ({"max_age": "9"}, "max_age is '9'; expected a number of days"),
    ],
)
def test_old_cassette_can_be_an_error(server: MockServer, old: Path, options: dict[str, Any], message: str):
    with pytest.raises(MockServerError, match=message):
        server.workspace().replay(old, **options)


def test_folder_without_cassettes_is_an_error(server: MockServer, tmp_path: Path):
    with pytest.raises(CassetteError, match=r"the folder has no cassettes \(\*.yaml\)"):
        server.workspace().replay(tmp_path)


def test_settings_say_how_old_cassettes_may_be(old: Path):
    with pytest.raises(CassetteError, match="max_age is 3 days"):
        MockServer(Settings(replay=(str(old),), max_age=3, on_expiry="fail")).start()


@pytest.mark.parametrize(("mode", "answer"), [("once", "new"), ("new", "new"), ("none", "old")])
def test_old_cassette_is_recorded_anew_where_it_may_be(server: MockServer, old: Path, mode: Any, answer: str):
    upstream, workspace = server.workspace(), server.workspace()
    upstream.on().reply("Hi.")
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        workspace.use_cassette(
            old, mode=mode, upstream=upstream.base_url, key=upstream.api_key, max_age=9, on_expiry="record"
        )
    reply = send(workspace.base_url, "POST", "/v1/responses", ASKED, key=workspace.api_key).json
    server.discard(workspace)

    assert ("old" if reply == {"n": 1} else "new") == answer
    assert len(load(old).exchanges) == 1


def test_young_cassette_is_replayed(server: MockServer, old: Path):
    workspace = server.workspace()
    workspace.use_cassette(old, mode="once", upstream="http://127.0.0.1:1/v1", max_age=11, on_expiry="record")

    assert send(workspace.base_url, "POST", "/v1/responses", ASKED, key=workspace.api_key).json == {"n": 1}


def test_settings_say_that_recordings_answer_in_their_order(old: Path):
    with MockServer(Settings(replay=(str(old),), order=True)) as server:
        edited = {**ASKED, "input": "Hello, you"}

        assert send(server.base_url, "POST", "/v1/responses", edited, key="any").json == {"n": 1}


def test_what_the_settings_ignore_is_ignored_beside_what_a_call_names(old: Path):
    with MockServer(Settings(ignore=("user",))) as server:
        workspace = server.workspace()
        workspace.replay(old, ignore=["metadata"])
        sent = {**ASKED, "user": "ada", "metadata": {"a": "b"}}

        assert send(workspace.base_url, "POST", "/v1/responses", sent, key=workspace.api_key).json == {"n": 1}


@pytest.mark.parametrize("stated", [Settings(redact=("ACME-[0-9]+",)), Settings()], ids=["settings", "call"])
def test_requests_are_compared_as_they_were_redacted(tmp_path: Path, stated: Settings):
    path = tmp_path / "redacted.yaml"
    with CassetteWriter(path, header=Header()) as writer:
        writer.add(RecordedExchange(request_body={"model": "o3", "input": "of REDACTED"}, body={"n": 1}))
    with MockServer(stated) as server:
        workspace = server.workspace()
        workspace.replay(path, redact=[] if stated.redact else ["ACME-[0-9]+"])
        sent = {"model": "o3", "input": "of ACME-12"}

        assert send(workspace.base_url, "POST", "/v1/responses", sent, key=workspace.api_key).json == {"n": 1}
