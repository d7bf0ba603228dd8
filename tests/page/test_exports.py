"""The list as a file: HAR and JSONL of the exchanges that are wanted, in pieces, without secrets."""

import json

import pytest
from playwright.sync_api import expect

from mockserver import MockServer, Settings
from mockserver.cassette.exporters import export_exchanges
from mockserver.cassette.redact import redact
from mockserver.page import EXPORTS, Feed, exported
from mockserver.page.recorded import recorded_exchange
from tests.support.http import send
from tests.support.websocket import WebSocket

MODEL = "gpt-4.1"
KEY = "sk-exports-of-the-list-0001"
OTHER = "sk-exports-of-the-list-0002"
SECRET = "sk-proj-aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5dE7fG9hJ1kL3"
STAFF = "staff-4711"


def ask(server, words, *, key=KEY, **more):
    return send(server.base_url, "POST", "/v1/responses", {"model": MODEL, "input": words, **more}, key=key)


@pytest.fixture(scope="module")
def served():
    """A server with five exchanges over HTTP, of two keys, and three over two WebSockets that are both number 1."""
    with MockServer(Settings(redact=("staff-[0-9]+",))) as server:
        server.workspace(KEY).on(input="weather").reply("Sunny.")
        ask(server, f"The weather? My key is {SECRET}.")
        ask(server, "weather", stream=True)
        ask(server, "Say a joke.")
        ask(server, f"Hello, {STAFF}.", key=OTHER)
        with WebSocket(server.base_url, key=KEY) as one, WebSocket(server.base_url, key=OTHER) as two:
            one.ask({"model": MODEL, "input": "weather on a socket"})
            two.ask({"model": MODEL, "input": "another socket"})
            one.ask({"model": MODEL, "input": "weather again"})
        ask(server, "weather in Oslo")
        yield server


@pytest.fixture
def found(served):
    feed = Feed(served._spaces)
    feed.refresh()
    return feed.those(None)


def archive(pieces):
    return json.loads(b"".join(pieces))["log"]


def test_archive_is_what_the_exporter_of_cassettes_makes(found):
    over_http = [one for one in found if one.exchange.connection is None]
    clean = [redact(recorded_exchange(one)).exchange for one in over_http[:3]]

    assert (
        archive(exported(over_http[:3][::-1], EXPORTS["har"]))
        == json.loads(export_exchanges(clean, "har").texts[0])["log"]
    )


def test_archive_has_an_entry_for_each_socket(found):
    entries = archive(exported(found, EXPORTS["har"]))["entries"]
    sockets = [entry for entry in entries if entry.get("_resourceType") == "websocket"]
    sent = [
        [json.loads(message["data"])["input"] for message in socket["_webSocketMessages"] if message["type"] == "send"]
        for socket in sockets
    ]

    assert len(entries) == 7
    assert sent == [["weather on a socket", "weather again"], ["another socket"]]


def test_archive_has_times_and_addresses(served, found):
    entry = archive(exported(found, EXPORTS["har"]))["entries"][0]

    assert entry["request"]["url"] == f"{served.base_url}/responses"
    assert entry["startedDateTime"] > "2026"
    assert entry["response"]["content"]["mimeType"] == "application/json"


def test_lines_have_request_and_response(found):
    lines = [json.loads(line) for line in b"".join(exported(found, EXPORTS["jsonl"])).splitlines()]

    assert [line["status"] for line in lines] == [200, 200, 400, 200, 200, 200, 200, 200]
    assert lines[1]["request"]["input"] == "weather"
    assert lines[1]["response"]["output"][0]["content"][0]["text"] == "Sunny."
    assert lines[2]["response"]["error"]["code"] == "no_matching_rule"


@pytest.mark.parametrize("name", [*EXPORTS])
def test_no_secret_is_exported(found, name):
    text = b"".join(exported(found, EXPORTS[name])).decode()

    assert [secret for secret in (SECRET, STAFF, KEY, OTHER) if secret in text] == []
    assert "The weather? My key is" in text


def test_file_comes_in_pieces(found):
    over_http = [one for one in found if one.exchange.connection is None]
    pieces = [*exported(over_http * 40, EXPORTS["har"])]

    assert len(pieces) > 3
    assert max(map(len, pieces)) < 200_000
    assert len(archive(pieces)["entries"]) == 40 * 5


@pytest.mark.parametrize("name", [*EXPORTS])
def test_nothing_is_a_whole_file(name):
    text = b"".join(exported([], EXPORTS[name]))

    assert text == b"" or archive([text])["entries"] == []


def test_export_has_the_exchanges_that_are_asked_for(served):
    body = {"format": "jsonl", "ids": [4, 2, 4711]}
    reply = send(served.base_url, "POST", "/_mock/exchanges/export", body)

    assert [json.loads(line)["request"]["input"] for line in reply.body.splitlines()] == [
        "weather",
        "Hello, REDACTED.",
    ]
    assert reply.header("content-type") == "application/jsonl"
    assert reply.header("content-disposition") == 'attachment; filename="exchanges.jsonl"'
    assert len(send(served.base_url, "POST", "/_mock/exchanges/export", {"format": "jsonl"}).body.splitlines()) == 8


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"format": "pdf"}, '{\'format\': \'pdf\'} is not valid; expected {"format": "har"} or "jsonl"'),
        ({"format": "har", "id": [1]}, "{'format': 'har', 'id': [1]} is not valid"),
        ({"format": "har", "ids": "all"}, "ids is 'all'; expected a list of numbers."),
        ([], "[] is not valid"),
    ],
)
def test_wrong_export_is_refused(served, body, message):
    reply = send(served.base_url, "POST", "/_mock/exchanges/export", body)

    assert (reply.status, reply.json["error"]["message"][: len(message)]) == (400, message)


def test_other_sites_export_nothing(served):
    headers = {"origin": "https://elsewhere.example"}
    reply = send(served.base_url, "POST", "/_mock/exchanges/export", {"format": "har"}, headers=headers)

    assert reply.status == 403


def test_export_needs_a_key_where_only_stated_keys_are_accepted():
    with MockServer(Settings(api_keys=("sk-stated",))) as server:
        assert send(server.base_url, "POST", "/_mock/exchanges/export", {"format": "har"}).status == 401
        assert (
            send(server.base_url, "POST", "/_mock/exchanges/export", {"format": "har"}, key="sk-stated").status == 200
        )


def test_filtered_list_is_saved_from_the_page(served, open_page, tmp_path):
    page = open_page(f"{served.origin}/_mock/")
    page.locator("#filter").fill("oslo")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    dialog = page.locator("dialog.export")
    expect(dialog.locator("h2")).to_have_text("Export 1 exchange")
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="HAR").click()
    saved.value.save_as(tmp_path / "list.har")

    (entry,) = json.loads((tmp_path / "list.har").read_text())["log"]["entries"]
    assert saved.value.suggested_filename == "exchanges.har"
    assert json.loads(entry["request"]["postData"]["text"])["input"] == "weather in Oslo"
    expect(dialog).to_be_hidden()
