"""The report: one file that shows a session or a cassette without a server, and what may run in it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from mockserver import Fault, MockServer, function_call, page, write_report
from mockserver.cli import main
from mockserver.page.report import LIST, write_server_report
from tests.support.http import Connection

MODEL = "gpt-4.1"
KEY = "sk-of-the-report-00001"
ENDING = "</script><script>alert(1)</script><!--"
ASSETS = Path(page.__file__).parent / "assets"
CASSETTE = Path(__file__).parents[2] / "cassettes" / "weather.yaml"


@pytest.fixture(scope="module")
def server():
    """A server with a call, a miss, a fault and a text that would end a script."""
    with MockServer() as running:
        workspace = running.workspace(KEY)
        workspace.on(input="weather").named("weather").reply(function_call("get_weather", city="Paris"))
        workspace.on(input="cut").reply("It breaks off.").add_fault(Fault(cut_after=3))
        workspace.on(input="hostile").reply(ENDING)
        for words in ("weather", "cut", "hostile", "joke"):
            with Connection(running.base_url) as connection:
                connection.request("POST", "/v1/responses", {"model": MODEL, "input": words, "stream": True}, key=KEY)
                connection.reply()
        yield running


@pytest.fixture(scope="module")
def written(server, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "folder" / "report.html"
    write_report(path, server.workspace(KEY), title="tests/test_app.py::test_weather")
    return path


def test_report_is_one_file_that_fetches_nothing_and_holds_no_key(written):
    html = written.read_text()

    assert KEY not in html
    assert ENDING not in html
    assert html.count("</script>") == 2
    assert not re.findall(r'(?:src|href)="', html.partition("<script")[0])
    assert "default-src 'none'; script-src 'sha256-" in html


def test_names_of_modules_are_unique_as_the_report_joins_them():
    made = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
    names = [name for module in sorted(ASSETS.glob("*.js")) for name in made.findall(module.read_text())]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_report_works_from_a_file(written, open_page, shot):
    shown = open_page(written.as_uri())

    expect(shown.locator(".brand")).to_have_text("tests/test_app.py::test_weather")
    expect(shown.locator(".row")).to_have_count(4)
    expect(shown.locator("#open-workspace")).to_have_count(0)
    shown.locator(".row").first.click()
    shown.get_by_role("tab", name="Why").click()
    expect(shown.locator(".why .card")).to_have_count(3)
    shown.locator(".row").filter(has_text="cut").click()
    shown.get_by_role("tab", name="Timeline").click()
    expect(shown.locator(".facts")).to_contain_text("cut after 3")
    shown.get_by_role("tab", name="Copy as").click()
    expect(shown.locator(".copy .pill")).to_have_count(8)
    shown.get_by_role("tab", name="Changes").click()
    expect(shown.locator(".changes .verdict")).to_contain_text("prefix changed")
    shown.locator(".row").filter(has_text="hostile").click()
    shown.get_by_role("tab", name="Conversation").click()
    expect(shown.locator(".is-answer .prose")).to_have_text(ENDING)
    shot(shown, "report")


def test_report_of_a_cassette_shows_it(open_page, tmp_path, capsys):
    path = tmp_path / "weather.html"

    assert main(["show", str(CASSETTE), "--html", str(path)]) == 0
    assert capsys.readouterr().out == f"{path} written.\n"
    shown = open_page(path.as_uri())

    expect(shown.locator(".row")).to_have_count(2)
    shown.locator(".row").last.click()
    expect(shown.locator(".conversation .i-call")).to_contain_text("get_weather")
    expect(shown.get_by_role("tab", name="Why")).to_have_count(0)
    shown.get_by_role("tab", name="Timeline").click()
    expect(shown.locator(".chart")).to_be_visible()


def test_report_of_a_running_server(server, tmp_path):
    path = tmp_path / "server.html"

    assert main(["show", "--url", server.base_url, "--html", str(path)]) == 0

    data = json.loads(re.findall(r'id="report-data">(.*?)</script>', path.read_text())[0])["data"]
    assert len(data["exchanges?limit=200"]["rows"]) == 4
    assert {"exchanges/1", "exchanges/1/why", "exchanges/1/forms"} <= {*data}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param([], "show needs a cassette, or --url and --html", id="nothing"),
        pytest.param(["a.yaml", "--url", "http://127.0.0.1:9"], "show needs a cassette, or --url", id="both"),
        pytest.param(["--url", "http://127.0.0.1:9"], "show needs a cassette, or --url and --html", id="no file"),
        pytest.param(
            ["--url", "127.0.0.1:9", "--html", "x"],
            "the URL is '127.0.0.1:9'; expected that of a server",
            id="no scheme",
        ),
        pytest.param(
            ["--url", "http://127.0.0.1:9", "--html", "x"],
            "http://127.0.0.1:9 cannot be reached: Connection refused.",
            id="no server",
        ),
    ],
)
def test_show_says_what_is_wrong_with_its_arguments(capsys, arguments, said):
    assert main(["show", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_report_of_a_server_has_all_pages_of_its_list(tmp_path):
    pages = {"exchanges": ([4, 3], True), "exchanges?before=3": ([2, 1], False)}

    def fetch(at):
        rows, more = pages.get(at, ([], False))
        return {"rows": [{"id": number} for number in rows], "views": [], "has_more": more}

    write_server_report(tmp_path / "report.html", "http://127.0.0.1:1", fetch)

    data = re.search(r'id="report-data">(.*)</script>', (tmp_path / "report.html").read_text())
    assert data is not None
    assert [row["id"] for row in json.loads(data[1])["data"][LIST]["rows"]] == [4, 3, 2, 1]
