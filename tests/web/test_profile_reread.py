"""What a provider answers is what it answers again: read by id, streamed again, resumed, listed, in the journal."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Pace
from mockserver.state.repeats import Repeats
from mockserver.web.profiles.loader import PROFILE_NAMES, load_profile
from tests.support.bodies import ask, offering
from tests.support.http import send
from tests.support.profile_traffic import (
    BODIES,
    FORGETTING,
    KEEPING,
    PROVIDER,
    Client,
    bodies_of,
    events_of,
    scripted,
    without_billing,
)
from tests.support.websocket import WebSocket

TIMES = 3
"""Often enough for answers from templates."""
LONG = ("summary", "every item", "failed")
"""Between them, they have every event."""
CASES = [(profile, name) for profile in KEEPING for name in bodies_of(profile)]


def long_streams(profile: str) -> list[Mapping[str, Any]]:
    """Requests whose streams have every event, and those that only this provider takes."""
    return [body for name, body in bodies_of(profile).items() if name in LONG or name not in BODIES]


@pytest.fixture
def client(server: MockServer) -> Iterator[Callable[[str], Client]]:
    """`client(profile)`: of a workspace under a profile."""
    with ExitStack() as stack:
        yield lambda profile: stack.enter_context(Client(scripted(server.workspace(profile=profile))))


@pytest.fixture
def store_client(store_server: MockServer) -> Iterator[Callable[[str], Client]]:
    """The same, whatever keeps the responses."""
    with ExitStack() as stack:
        yield lambda profile: stack.enter_context(Client(scripted(store_server.workspace(profile=profile))))


@pytest.mark.parametrize(("profile", "name"), CASES)
def test_response_is_retrieved_as_it_was_answered(
    profile: str, name: str, store_client: Callable[[str], Client]
) -> None:
    create = store_client(profile)
    for _ in range(TIMES):
        answered = create("POST", "/responses", bodies_of(profile)[name])
        assert create("GET", f"/responses/{answered.json['id']}").body == answered.body
        created, retrieved = (exchange.response for exchange in create.workspace.requests[-2:])
        assert (created, retrieved) == (without_billing(answered.json), answered.json)


@pytest.mark.parametrize(("profile", "name"), CASES)
def test_stream_is_sent_again_as_it_was(profile: str, name: str, store_client: Callable[[str], Client]) -> None:
    create = store_client(profile)
    for _ in range(TIMES):
        sent = create("POST", "/responses", {**bodies_of(profile)[name], "stream": True, "background": True}).body
        response_id = events_of(sent)[0]["response"]["id"]
        assert create("GET", f"/responses/{response_id}?stream=true").body == sent
        assert create.workspace.requests[-2].events == events_of(sent)


@pytest.mark.parametrize("profile", KEEPING)
def test_stream_is_resumed_after_each_event(profile: str, client: Callable[[str], Client]) -> None:
    create = client(profile)
    for body in long_streams(profile):
        sent = create("POST", "/responses", {**body, "stream": True, "background": True}).body
        frames, events = sent.split(b"\n\n"), events_of(sent)
        for number in range(len(events)):
            response_id = events[0]["response"]["id"]
            rest = create("GET", f"/responses/{response_id}?stream=true&starting_after={number}").body
            assert rest.split(b"\n\n") == frames[number + 1 :]


@pytest.mark.parametrize(("profile", "name"), CASES)
def test_stream_ends_with_what_is_retrieved(profile: str, name: str, client: Callable[[str], Client]) -> None:
    create = client(profile)
    events = events_of(create("POST", "/responses", {**bodies_of(profile)[name], "stream": True}).body)
    final = events[-1]["response"]
    retrieved = without_billing(create("GET", f"/responses/{final['id']}").json)
    usage, shown = retrieved.pop("usage") or {}, final.pop("usage") or {}
    assert usage.items() >= shown.items()  # one document leaves a part of it out at the end of a stream
    assert retrieved == final


OWN_TO_EACH = {"id", "created_at", "created", "completed_at", "background", "output"}


@pytest.mark.parametrize("profile", FORGETTING)
def test_response_that_nobody_keeps_is_shown_alike_wherever_it_is_seen(
    profile: str, client: Callable[[str], Client]
) -> None:
    create = client(profile)
    for body in bodies_of(profile).values():
        answered = create("POST", "/responses", body).json
        streamed = create("POST", "/responses", {**body, "stream": True}).body
        whole, stream = create.workspace.requests[-2:]
        assert (whole.response, stream.events) == (without_billing(answered), events_of(streamed))
        assert events_of(streamed)[-1]["response"].keys() == without_billing(answered).keys()
        create("GET", f"/responses/{answered['id']}", status=404)


WITH_WEBSOCKET = [name for name in KEEPING if load_profile(name).websocket or name == "openai"]


@pytest.mark.parametrize("profile", WITH_WEBSOCKET)
def test_response_over_a_websocket_is_retrieved_as_it_was_sent(profile: str, client: Callable[[str], Client]) -> None:
    create = client(profile)
    with WebSocket(create.workspace.base_url, key=create.workspace.api_key) as socket:
        for body in bodies_of(profile).values():
            events = socket.ask(body)
            sent = create.workspace.requests[-1]
            retrieved = create("GET", f"/responses/{events[-1]['response']['id']}").json
            assert without_billing(retrieved) == events[-1]["response"]
            assert sent.events == events


def test_providers_with_websockets_are_those_that_say_so() -> None:
    assert WITH_WEBSOCKET == ["litellm", "open-responses", "openai"]


@pytest.mark.parametrize("profile", KEEPING)
def test_background_work_is_polled_as_it_would_be_answered(profile: str, client: Callable[[str], Client]) -> None:
    create = client(profile)
    for body in bodies_of(profile).values():
        polled = create("POST", "/responses", {**body, "background": True}).json
        for _ in range(2):
            polled = create("GET", f"/responses/{polled['id']}").json
        answered = create("POST", "/responses", body).json
        assert polled.keys() - {"background"} == answered.keys() - {"background"}
        assert [polled[key] for key in polled.keys() - OWN_TO_EACH] == [
            answered[key] for key in polled.keys() - OWN_TO_EACH
        ]


def test_pace_does_not_change_what_is_sent(server: MockServer) -> None:
    for profile in PROFILE_NAMES:
        workspaces = [scripted(server.workspace(profile=profile, pace=pace)) for pace in (None, Pace(rate=100_000))]
        for body in long_streams(profile):
            replies = []
            for workspace in workspaces:
                with Client(workspace) as create:
                    replies.append(create("POST", "/responses", {**body, "stream": True}).body)
            assert replies[0] == replies[1]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_templates_hold_what_would_be_translated(profile: str, client: Callable[[str], Client]) -> None:
    templated, fresh = client(profile), client(profile)
    for body in bodies_of(profile).values():
        for asked in [{**body, "stream": streamed} for streamed in (False, True)] * TIMES:
            expected = fresh("POST", "/responses", asked).body
            fresh.workspace.space.repeats = Repeats()
            assert templated("POST", "/responses", asked).body == expected


def test_templates_know_whom_a_request_continues(client: Callable[[str], Client]) -> None:
    create = client("modelverse")
    first = create("POST", "/responses", BODIES["text"]).json["id"]
    more = {**BODIES["text"], "previous_response_id": first}
    said = [create("POST", "/responses", more).json for _ in range(TIMES)]
    assert [response["previous_response_id"] for response in said] == [first] * TIMES
    assert {response["id"].partition("-")[0] for response in said} == {"resp"}


def test_row_that_asks_for_a_number_keeps_replies_from_templates(
    client: Callable[[str], Client], tmp_path: Path
) -> None:
    total = client("openai")("POST", "/responses", ask("Say hello.")).json["usage"]["total_tokens"]
    own = tmp_path / "own.yaml"
    own.write_text(f"response:\n  - where: {{usage.total_tokens: {total}}}\n    set: {{as_long: true}}\n")
    create = client(str(own))
    texts = ["Say hello."] * TIMES + ["Say hello to all of them."] * TIMES
    said = [create("POST", "/responses", ask(text)).json for text in texts]
    assert ["as_long" in response for response in said] == [True] * TIMES + [False] * TIMES


def test_recorded_response_is_read_again_as_it_was_recorded(server: MockServer, tmp_path: Path) -> None:
    upstream = scripted(server.workspace(profile="modelverse"))
    recorder, player = server.workspace(profile="modelverse"), server.workspace(profile="modelverse")
    recorder.record(upstream=upstream.base_url, path=tmp_path / "own.yaml", key=upstream.api_key)
    with Client(recorder) as create:
        answered = [create("POST", "/responses", body) for body in bodies_of("modelverse").values()]
    recorder.close()
    player.replay(tmp_path / "own.yaml")
    player.unmatched = "answer"
    with Client(player) as create:
        for body, recorded in zip(bodies_of("modelverse").values(), answered, strict=True):
            assert create("POST", "/responses", body).json == recorded.json
            assert create("GET", f"/responses/{recorded.json['id']}").json == recorded.json
            assert [exchange.response for exchange in player.requests[-2:]] == [recorded.json] * 2


def test_ids_are_the_providers_in_deletions_and_errors(client: Callable[[str], Client]) -> None:
    create = client("modelverse")
    response_id = create("POST", "/responses", bodies_of("modelverse")["names"]).json["id"]
    assert create("DELETE", f"/responses/{response_id}").json["id"] == response_id
    key = create.workspace.api_key
    gone = send(create.workspace.base_url, "GET", f"/v1/responses/{response_id}", key=key)
    assert gone.json["error"]["message"] == f"Response with id '{response_id}' not found."


def test_listed_items_have_the_providers_shape(client: Callable[[str], Client]) -> None:
    create = client("open-responses")
    first = create("POST", "/responses", offering(PROVIDER)).json
    second = create(
        "POST", "/responses", {"model": "gpt-4o", "input": "More.", "previous_response_id": first["id"]}
    ).json
    listed = create("GET", f"/responses/{second['id']}/input_items?order=asc").json["data"]
    assert listed[1:-1] == first["output"]
    assert [item["status"] for item in listed] == ["completed"] * len(listed)


def test_conversation_items_have_the_providers_shape(client: Callable[[str], Client]) -> None:
    create = client("open-responses")
    conversation = create("POST", "/conversations", {}).json["id"]
    said = create("POST", "/responses", {**offering(PROVIDER), "conversation": conversation}).json["output"]
    listed = create("GET", f"/conversations/{conversation}/items?order=asc").json["data"]
    assert listed[1:] == said
    assert [create("GET", f"/conversations/{conversation}/items/{item['id']}").json for item in listed] == listed


def test_body_that_is_not_json_is_left_to_rules_and_checks(client: Callable[[str], Client]) -> None:
    create = client("skyengine")
    create.workspace.on(method="POST", path="/v1/files").reply(json={"id": "file_1"})
    form = {"content-type": "multipart/form-data; boundary=x"}
    url, key = create.workspace.base_url, create.workspace.api_key
    assert send(url, "POST", "/v1/files", b"--x--", key=key, headers=form).json == {"id": "file_1"}
    refused = send(url, "POST", "/v1/responses", b"{", key=key)
    assert (refused.status, refused.json["error"]["code"]) == (400, 400)
    assert refused.json["error"]["details"][0]["code"] == "invalid_json"
