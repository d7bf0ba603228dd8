"""The page on recordings of real traffic: every tab shows each exchange, as it was recorded and as it is replayed."""

import pytest
from playwright.sync_api import expect

from mockserver import MockServer, Settings
from mockserver.cli import main
from tests.support.http import Connection
from tests.support.real_traffic import RECORDINGS

KEY = "sk-replays-what-was-recorded"
SESSIONS = (
    "pydantic-ai/test_openai_responses/test_openai_responses_model_web_search_tool_stream.yaml",
    "openai-dotnet/ResponsesToolTests/CodeInterpreterToolStreamingWithFiles.json",
)
TABS = ("conversation", "timeline", "changes", "copy", "raw")

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")


@pytest.mark.parametrize("session", SESSIONS, ids=["stream", "files"])
def test_every_tab_shows_a_recording(session, open_page, tmp_path):
    cassette, report = tmp_path / "session.yaml", tmp_path / "session.html"
    assert main(["import", str(RECORDINGS / session), "--to", str(cassette)]) == 0
    assert main(["show", str(cassette), "--html", str(report)]) == 0

    page = open_page(report.as_uri())
    count = page.locator(".row").count()
    assert count >= 1
    for number in range(1, count + 1):
        for tab in TABS if number == 1 else TABS[:1]:
            page.evaluate(f"location.hash = '#/exchange/{number}/{tab}'")
            expect(page.locator(".tab.current")).to_have_attribute("data-tab", tab)
            expect(page.locator(".body")).not_to_be_empty()


def test_replay_is_compared_with_its_recording(open_page, tmp_path):
    from mockserver import cassette as cassettes  # noqa: PLC0415 - the name of the module and of the path

    path = tmp_path / "session.yaml"
    assert main(["import", str(RECORDINGS / SESSIONS[0]), "--to", str(path)]) == 0
    recorded = cassettes.load_cassette(path).exchanges[0]
    with MockServer(Settings(replay=(str(path),))) as server:
        with Connection(server.base_url) as connection:
            connection.request(recorded.method, recorded.url_path, recorded.request_body, key=KEY)
            connection.reply()
        page = open_page(f"{server.origin}/_mock/#/exchange/1/changes")

        expect(page.locator("#compare-with")).to_have_value("exchanges/1/recording")
        expect(page.locator(".changes .verdict")).to_contain_text("prefix stayed")
        expect(page.locator(".changes")).to_contain_text("The answers are equal")
