"""What a profile costs: rows that are about nothing leave a request as it came, and nothing is found twice."""

from typing import Any

import pytest

from mockserver import MockServer
from mockserver.authoring.json_path import parse_path, rewrite
from mockserver.model.request import Asked, RequestHead
from mockserver.web.profiles.adapter import adapt_request
from mockserver.web.profiles.loader import load_profile
from tests.support.http import send
from tests.support.profile_traffic import KEEPING

PLAIN: dict[str, Any] = {"model": "gpt-4o", "input": [{"role": "user", "content": "Hi"}]}
RAW = b'{"model": "gpt-4o", "input":"Hi"}'


@pytest.mark.parametrize("profile", KEEPING)
def test_request_without_anything_of_the_provider_is_itself(profile: str) -> None:
    assert load_profile(profile).request_in(PLAIN) is PLAIN


@pytest.mark.parametrize("profile", KEEPING)
def test_request_that_stays_is_not_encoded_again(profile: str) -> None:
    asked = Asked(RequestHead("POST", "/responses"), RAW)
    assert adapt_request(asked, load_profile(profile)).raw is RAW


PATHS = [
    pytest.param("a.b", {"a": {"b": {"c": 1}}}, id="keys"),
    pytest.param("l[*]", {"l": [{"k": 1}, 2]}, id="elements"),
    pytest.param("l[k=x].m", {"l": [{"k": "x", "m": {}}]}, id="elements with a value"),
]


@pytest.mark.parametrize(("path", "value"), PATHS)
def test_rewriting_without_a_change_copies_nothing(path: str, value: dict[str, Any]) -> None:
    [same] = rewrite(value, parse_path(path), lambda one: (one,))
    assert same is value


def test_element_that_is_left_out_is_a_change() -> None:
    assert rewrite({"l": [1, 2]}, parse_path("l[1]"), lambda _one: ()) == [{"l": [1]}]


def test_dialect_keeps_no_more_of_a_body_than_it_repeats() -> None:
    profile = load_profile("new-api")
    keys = {profile.dialect(b"", {"input": text}).key for text in ("one", "two")}
    assert keys == {profile.dialect(b"", {}).key}
    assert profile.dialect(b"", {"service_tier": "flex"}).key not in keys


def test_null_that_was_sent_is_told_from_nothing(server: MockServer) -> None:
    key = server.workspace(profile="skyengine").api_key
    bodies: list[dict[str, Any]] = [{**PLAIN}, {**PLAIN, "prompt": None}]
    for body in bodies * 3:
        shown = send(server.base_url, "POST", "/v1/responses", body, key=key).json
        assert ("prompt" in shown) == ("prompt" in body)
