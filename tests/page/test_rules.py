"""Rules that are read, changed and made on the page: in a real browser, by mouse and by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from mockserver import MockServer, Settings
from tests.support.http import send

MODEL = "gpt-4.1"
KEY = "sk-rules-of-the-page-0001"
SELECTED = "text => window.getSelection().toString() === text"
FIXTURE = """\
# The weather, as everybody needs it.
- name: weather
  when: { input: weather }
  reply: Sunny.
- name: all
  reply: Any.
"""
OWN = """\
- name: greeting
  when:
    input: Hello
  reply: Hi.
- name: second
  when: { input: Bye }
  reply: Bye.
"""


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A server with a fixture file, on which a workspace has two rules of its own."""
    monkeypatch.chdir(tmp_path)
    Path("fixtures").mkdir()
    Path("fixtures/weather.yaml").write_text(FIXTURE)
    Path("own.yaml").write_text(OWN)
    with MockServer(Settings(fixtures=("fixtures",))) as server:
        server.workspace(KEY).load("own.yaml")
        yield server


@pytest.fixture
def said(served):
    """What the server answers to words: the text, or the status of an error."""

    def ask(words):
        reply = send(served.base_url, "POST", "/v1/responses", {"model": MODEL, "input": words}, key=KEY)
        return reply.json["output"][0]["content"][0]["text"] if reply.status == 200 else reply.status

    return ask


@pytest.fixture
def page(served, said, open_page, browser_thread):
    """The workspace on the page."""
    said("Hello")
    opened = browser_thread.submit(open_page, f"{served.origin}/_mock/#/workspace/1").result()
    browser_thread.submit(opened.wait_for_selector, ".usage button").result()
    return opened


def edit(page, name):
    page.locator(".usage tr", has=page.locator("b", has_text=name)).get_by_role("button").click()
    expect(page.locator(".editor .fine")).to_have_text("No problems in 1 rule.")


def test_own_rule_is_changed_in_its_place(page, served, said):
    expect(page.locator(".usage tr").filter(has_text="weather.yaml:5")).to_contain_text("shadowed by greeting")
    edit(page, "greeting")
    text = page.locator("#rule-text")
    expect(text).to_have_value("- name: greeting\n  when:\n    input: Hello\n  reply: Hi.\n")

    text.fill(text.input_value().replace("Hi.", "Good day."))
    page.get_by_role("button", name="Apply").click()

    expect(page.locator(".workspace .status")).to_have_text("1 rule applied.")
    expect(page.locator(".editor")).to_be_hidden()
    assert said("Hello") == "Good day."
    names = [str(rule).partition(" ")[0] for rule in served.workspace(KEY).script.rules]
    assert names == ["greeting", "second", "weather", "all"]


def test_rule_of_a_file_is_changed_as_a_copy_before_those_of_files(page, served, said):
    edit(page, "weather")
    expect(page.locator(".editor .muted")).to_contain_text("stays as it is")

    page.locator("#rule-text").fill("- when: { input: weather }\n  reply: Rain.\n")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".usage tbody tr")).to_have_count(5)
    assert said("weather") == "Rain."
    assert Path("fixtures/weather.yaml").read_text() == FIXTURE
    assert str(served.workspace(KEY).script.rules[2]) == "POST /_mock/rules:1"


def test_problems_stand_at_their_lines_and_nothing_is_applied(page, served, said, shot):
    edit(page, "greeting")
    text = page.locator("#rule-text")

    text.fill("- when:\n    imput: Hello\n  reply: Hi.\n  times: none\n")
    problems = page.locator(".rule-problems li")
    expect(problems).to_have_count(2)
    expect(problems.nth(0)).to_contain_text("line 2 when.imput: unknown key 'imput'. Did you mean 'input'?")
    expect(problems.nth(1)).to_contain_text("line 4 times: expected a number of times")
    expect(page.locator(".numbers .wrong")).to_have_text(["2", "4"])
    shot(page, "rule")
    page.get_by_role("button", name="line 4").click()
    page.wait_for_function(SELECTED, arg="  times: none")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_function(SELECTED, arg="    imput: Hello")  # when the server has checked the text

    assert said("Hello") == "Hi."
    text.fill("- when: {\n")
    expect(problems).to_have_count(1)
    expect(problems).to_contain_text("invalid YAML")
    served.workspace(KEY).script.clear()
    text.fill("- { reply: Late. }\n")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".rule-problems")).to_contain_text(
        "can be replaced: it is gone, queued, or stands in a fixture file."
    )


def test_miss_becomes_a_rule_that_answers_it(open_page):
    with MockServer() as server:
        workspace = server.workspace(KEY)
        workspace.on(input="weather").reply("Sunny.")
        body = {"model": MODEL, "input": "Say a joke."}
        assert send(server.base_url, "POST", "/v1/responses", body, key=KEY).status == 400
        page = open_page(f"{server.origin}/_mock/#/exchange/1")
        page.keyboard.press("2")
        page.get_by_role("button", name="Make a rule that answers it").click()

        text = page.locator("#rule-text")
        expect(text).to_have_value("- when:\n    input: Say a joke.\n  reply: Write the answer here.\n")
        page.locator("#rule-text").fill(text.input_value().replace("Write the answer here.", "Knock, knock."))
        page.get_by_role("button", name="Apply").click()
        expect(page.locator(".workspace .status")).to_have_text("1 rule applied.")

        reply = send(server.base_url, "POST", "/v1/responses", body, key=KEY)
        assert reply.json["output"][0]["content"][0]["text"] == "Knock, knock."


def test_new_rules_are_written_by_keyboard_alone(page, said):
    page.locator("body").press("Escape")
    page.keyboard.press("w")
    page.get_by_role("button", name="New rule").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rule-text")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type('[{"when": {"input": "typed"}, "reply": "By keyboard."}]')
    page.keyboard.press("Control+Enter")

    expect(page.locator(".workspace .status")).to_have_text("1 rule applied.")
    assert said("typed") == "By keyboard."


def test_text_that_was_not_applied_is_there_again(page, said):
    page.locator("body").press("Escape")
    page.keyboard.press("w")
    page.get_by_role("button", name="New rule").click()
    page.locator("#rule-text").fill("- { reply: Half a")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#rule-text")).to_have_count(0)

    page.keyboard.press("w")
    expect(page.locator("#rule-text")).to_have_value("- { reply: Half a")
    page.locator("#rule-text").fill("- { reply: Whole. }")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".workspace .status")).to_have_text("1 rule applied.")
    assert said("what nothing else is about") == "Whole."
    page.locator("body").press("Escape")
    page.keyboard.press("w")
    expect(page.locator("#rule-text")).to_be_hidden()
