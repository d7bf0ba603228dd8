"""The page in a real browser, as a person uses it, on a session of openai-agents."""

import asyncio
import json
import re
import threading
from pathlib import Path

import openai
import pytest
from agents import Agent, OpenAIResponsesModel, RunConfig, Runner, function_tool
from playwright.sync_api import expect

from mockserver import MockServer, Pace, Settings, contains, function_call, parallel, reasoning
from tests.support.http import send
from tests.support.websocket import WebSocket

MODEL = "gpt-4.1"
KEY = "sk-agent-of-the-page-0001"
OTHER = "sk-another-app-0002"
QUIET = RunConfig(tracing_disabled=True)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CASSETTE = Path(__file__).parents[2] / "cassettes"


@function_tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return json.dumps({"city": city, "celsius": {"Paris": 18, "Oslo": 4}[city]})


@function_tool
def book_table(city: str, seats: int) -> str:
    """Book a table in a restaurant."""
    return f"A table for {seats} in {city}, number 7"


def script(workspace):
    """Two tools, a text; each turn with a pace."""
    pace = Pace(first=0.02, rate=400)
    workspace.on(input=contains("evening"), not_={"tool_output": "*"}).named("plan").reply(
        reasoning("Weather first, for both cities."),
        parallel(function_call("get_weather", city="Paris"), function_call("get_weather", city="Oslo")),
        pace=pace,
    )
    workspace.on(tool_output="book_table").named("booked").reply("Stay in Paris: your table is number 7.", pace=pace)
    workspace.on(tool_output="get_weather").named("book").reply(
        function_call("book_table", city="Paris", seats=2), pace=pace
    )
    workspace.on(input="nobody asks this").named("idle").reply("Never.")


async def agent(base_url):
    async with openai.AsyncOpenAI(
        base_url=base_url, api_key=KEY, max_retries=0, http_client=openai.DefaultAsyncHttpxClient(verify=False)
    ) as client:
        guide = Agent(
            name="guide",
            instructions="You know the city.",
            model=OpenAIResponsesModel(model=MODEL, openai_client=client),
            tools=[get_weather, book_table],
        )
        result = Runner.run_streamed(
            guide, "Plan my evening in Paris or Oslo.", run_config=QUIET, auto_previous_response_id=True
        )
        async for _ in result.stream_events():
            pass


@pytest.fixture(scope="module")
def looked_at():
    """A server on which an agent had a session, another client asked, and one request was missed."""
    with MockServer() as server:
        script(server.workspace(KEY))
        asyncio.run(agent(server.base_url))
        send(server.base_url, "POST", "/v1/responses", {"model": "gpt-4o-mini", "input": "Say a joke."}, key=KEY)
        picture = {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"}
        words = {"type": "input_text", "text": "What is this?"}
        message = {"role": "user", "content": [words, picture]}
        send(server.base_url, "POST", "/v1/responses", {"model": "gpt-4o", "input": [message]}, key=OTHER)
        yield server


@pytest.fixture(scope="module")
def looking(looked_at, opener, browser_thread):
    """A tab with the page of that server."""
    return browser_thread.submit(opener, f"{looked_at.origin}/_mock/", color_scheme="light").result()


@pytest.fixture
def page(looking, browser_thread, complaints):
    """That tab, with nothing open and nothing filtered."""

    def start_again():
        looking.evaluate("location.hash = '#/'")
        looking.locator("#filter").fill("")
        looking.locator("#key").select_option("0")
        looking.evaluate("document.activeElement.blur()")
        expect(looking.locator(".tabs")).to_have_count(0)

    complaints.clear()
    browser_thread.submit(start_again).result()
    yield looking
    assert complaints == []


def rows_of(page):
    return page.locator(".row")


def open_row(page, text):
    rows_of(page).filter(has_text=text).first.click()
    page.wait_for_selector(".detail .tabs")


def show_tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()


def test_list_has_misses_on_top_and_is_filtered(page, shot):
    expect(rows_of(page)).to_have_count(5)
    expect(rows_of(page).first).to_contain_text("Say a joke.")
    expect(rows_of(page).first).to_contain_text("nothing matched")
    expect(page.get_by_role("button", name="Misses")).to_have_text("Misses1")
    shot(page, "list")
    for filtered, count in [
        ("evening", 1),
        ("tool:book_table", 3),
        ("model:gpt-4o", 2),
        ("rule:plan", 1),
        ("status:4xx", 1),
        ("is:stream -tool:nothing", 3),
    ]:
        page.locator("#filter").fill(filtered)
        expect(rows_of(page)).to_have_count(count)
    page.locator("#filter").fill("zebra")
    expect(page.get_by_text("No request matches the filter.")).to_be_visible()
    expect(page.get_by_text("No requests yet.")).to_be_hidden()
    for filtered, unknown in [("modell:gpt", "modell:gpt"), ("is:mis joke", "is:mis"), ("http://x 12:30 -is:miss", "")]:
        page.locator("#filter").fill(filtered)
        note = page.locator(".list .note")
        expect(note).to_have_text(
            re.compile(f"^{unknown} is searched as a text; the filter knows" if unknown else "^$")
        )
    page.locator("#filter").fill("")
    page.locator("#key").select_option(label="sk-anoth…0002")
    expect(rows_of(page)).to_have_count(1)


def test_exchanges_come_live(looked_at, page):
    before = rows_of(page).count()
    key = "sk-live-key-00000003"

    send(looked_at.base_url, "POST", "/v1/responses", {"model": "gpt-4o", "input": "Are you there?"}, key=key)

    expect(rows_of(page).filter(has_text="Are you there?")).to_have_count(1)
    send(looked_at.base_url, "POST", "/_mock/reset", key=key)
    expect(rows_of(page)).to_have_count(before)


def test_conversation_pairs_calls_with_outputs_and_joins_turns(page, shot):
    open_row(page, "Plan my evening")
    conversation = page.locator(".conversation")
    expect(conversation.locator(".i-instructions")).to_contain_text("You know the city.")
    expect(conversation.locator(".i-reasoning")).to_contain_text("Weather first")
    expect(conversation.locator(".i-call")).to_have_count(2)
    page.locator(".thread .turn").nth(2).click()
    expect(conversation.locator(".i-output")).to_contain_text("A table for 2 in Paris, number 7")
    expect(conversation.locator(".i-output header")).to_have_text("Output of book_table")
    expect(conversation.locator(".is-answer")).to_contain_text("Stay in Paris")
    page.locator(".earlier summary").click()
    expect(conversation.locator(".earlier .i-call .call-output")).to_have_count(2)
    shot(page, "conversation", dark=True)
    page.go_back()
    expect(page.locator(".thread .turn.current")).to_contain_text("1 Plan my evening")


def test_images_are_shown(page):
    open_row(page, "What is this?")

    picture = page.locator(".conversation img.picture")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 1)


def test_why_not_shows_the_nearest_rules_field_by_field(page, shot):
    open_row(page, "Say a joke.")
    show_tab(page, "Why")

    nearest = page.locator(".why .card")
    expect(nearest).to_have_count(3)
    expect(page.locator(".why .verdict")).to_contain_text("No rule and no recording matched.")
    show_tab(page, "Conversation")
    expect(page.locator(".divider")).to_have_text("Not answered")
    show_tab(page, "Why")
    plan = nearest.filter(has_text="plan (")
    expect(plan.locator(".unmet")).to_have_count(1)
    expect(plan.locator(".unmet")).to_contain_text("text containing 'evening'")
    expect(plan.locator(".met th")).to_have_text("not_")
    shot(page, "why")


def test_timeline_has_every_event_and_plays_the_stream_again(page, shot):
    open_row(page, "A table for 2 in Paris")
    show_tab(page, "Timeline")

    expect(page.locator(".facts")).to_contain_text(re.compile(r"First delta\d+ ms"))
    count = page.locator(".events tbody tr").count()
    gaps = [cell.removeprefix("+") for cell in page.locator(".events tbody td:nth-child(3)").all_inner_texts()]
    longest = max((gap for gap in gaps if gap), key=lambda gap: float(gap.split()[0]))
    assert gaps[0] == ""
    expect(page.locator(".facts div", has_text="Longest gap").locator("dd")).to_have_text(longest)
    assert page.locator(".chart .tick").count() == count > 10
    assert page.locator(".chart .tick.delta").count() > 5
    shot(page, "timeline")
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".played[data-done]")).to_have_text("Stay in Paris: your table is number 7.")


def test_copy_gives_each_form_and_copies_it(page):
    open_row(page, "Plan my evening")
    show_tab(page, "Copy as")

    expect(page.locator(".copy .pill")).to_have_count(8)
    page.get_by_role("tab", name="mock.on(…)").click()
    expect(page.locator(".copy .code")).to_contain_text("function_call('get_weather', city='Paris')")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator(".copy [role=status]")).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("mock.on(input='Plan my evening")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save").click()
    assert saved.value.suggested_filename == "rule.py"


def test_changes_between_two_turns_are_the_new_items(page, shot):
    open_row(page, "A table for 2 in Paris")
    show_tab(page, "Changes")

    expect(page.locator(".changes .verdict")).to_contain_text("prefix stayed")
    added = page.locator(".change-added")
    expect(added).to_have_count(2)
    expect(added.last).to_contain_text("A table for 2 in Paris, number 7")
    expect(page.locator(".change-removed")).to_have_count(0)
    expect(page.locator(".changes .two")).to_contain_text('Beforebook_table({"city":"Paris","seats":2})')
    expect(page.locator(".changes .two mark")).to_have_count(0)
    shot(page, "changes")
    open_row(page, "Say a joke.")
    show_tab(page, "Changes")
    page.locator("#compare-with").select_option("exchanges/1")
    expect(page.locator(".changes .verdict")).to_contain_text("0 of 1 item is the same; ")


def test_raw_shows_headers_bytes_and_frames_with_the_key_masked(page):
    open_row(page, "Plan my evening")
    show_tab(page, "Raw")

    raw = page.locator(".raw")
    expect(raw).to_contain_text("event: response.completed\ndata: {")
    expect(raw).to_contain_text('"input":[{"content":"Plan my evening in Paris or Oslo."')
    expect(raw).to_contain_text("Bearer sk-agent")
    assert KEY not in page.content()


def test_gate_by_click_lets_a_stream_out_event_by_event(open_page, shot):
    with MockServer() as server:
        workspace = server.workspace(KEY)
        workspace.on().reply("One two three.")
        client = openai.OpenAI(base_url=server.base_url, api_key=KEY, max_retries=0)
        send(server.base_url, "GET", "/v1/models", key=KEY)
        page = open_page(f"{server.origin}/_mock/")
        page.locator("#open-workspace").click()
        page.get_by_role("button", name="Hold").click()
        expect(page.locator(".workspace .gate")).to_contain_text("Holding")
        types: list[str] = []
        ended = threading.Event()

        def read():
            with client.responses.create(model=MODEL, input="Count.", stream=True) as stream:
                types.extend(event.type for event in stream)
            ended.set()

        reader = threading.Thread(target=read)
        reader.start()
        open_row(page, "Count.")
        gate = page.locator(".detail .gate")
        expect(gate).to_contain_text("0 events out")
        gate.get_by_role("button", name="Step", exact=True).click()
        expect(gate).to_contain_text("1 event out")
        gate.get_by_role("button", name="5 steps").click()
        expect(gate).to_contain_text("6 events out")
        expect(page.locator(".conversation .is-answer")).to_contain_text("One")
        shot(page, "gate", dark=True)
        assert not ended.is_set()
        page.keyboard.press("o")
        reader.join(20)
        assert types[-1] == "response.completed"
        expect(page.locator(".conversation .is-answer")).to_contain_text("One two three.")
        expect(page.locator(".badge")).to_have_text("200")
        client.close()


def test_workspace_queues_answers_and_shows_rules_with_hits(open_page, shot):
    with MockServer() as server:
        script(server.workspace(KEY))
        base = server.base_url

        def ask(words):
            return send(base, "POST", "/v1/responses", {"model": MODEL, "input": words}, key=KEY)

        ask("my evening")
        page = open_page(f"{server.origin}/_mock/")
        page.keyboard.press("w")
        status = page.locator(".workspace .status")
        page.get_by_label("Text").fill("Asked for by hand.")
        page.get_by_role("button", name="Answer the next request").click()
        expect(status).to_have_text("The next request gets this answer.")
        assert ask("anything").json["output"][0]["content"][0]["text"] == "Asked for by hand."
        page.locator("#next-fault").select_option("server error")
        page.get_by_role("button", name="Fail the next request").click()
        expect(status).to_contain_text("server error")
        assert ask("anything").status == 500

        def rule(name):
            return page.locator(".workspace .usage tr", has=page.locator("b", has_text=name))

        expect(rule("plan").locator(".num").last).to_have_text("1")
        expect(rule("idle")).to_contain_text("unused")
        expect(rule("idle")).to_contain_text("Python")
        page.get_by_label("Deltas per second").fill("50")
        page.get_by_role("button", name="Set the pace").click()
        expect(page.locator(".workspace .facts")).to_contain_text("50 deltas/s")
        shot(page, "workspace")
        page.get_by_role("button", name="Reset this workspace").click()
        expect(rows_of(page)).to_have_count(0)


def test_cassettes_are_listed_with_what_was_used(open_page):
    cassette = next(iter(sorted(CASSETTE.rglob("*.yaml"))))
    with MockServer(Settings(replay=(str(cassette),))) as server:
        send(server.base_url, "POST", "/v1/responses", {"model": MODEL, "input": "Not what was recorded"}, key=KEY)
        page = open_page(f"{server.origin}/_mock/")
        page.keyboard.press("w")

        expect(page.get_by_text("No rules.", exact=True)).to_be_visible()
        card = page.locator(".workspace .card")
        expect(card).to_contain_text(cassette.name)
        expect(card).to_contain_text("no secrets")
        expect(card).to_contain_text(re.compile(r"0 of \d+ used"))
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator(".detail")).to_contain_text("Nothing matched")
        page.keyboard.press("2")
        expect(page.locator(".why .card").first).to_contain_text("recording")
        expect(page.locator(".why .unmet").filter(has_text="Not what was recorded")).not_to_have_count(0)


def test_websocket_has_its_lanes(open_page):
    with MockServer() as server, WebSocket(server.base_url, key=KEY) as socket:
        for lane in ("a", "b"):
            socket.ask({"model": MODEL, "input": f"On {lane}."}, stream_id=lane)
        page = open_page(f"{server.origin}/_mock/")
        open_row(page, "On a.")
        show_tab(page, "Timeline")

        expect(page.locator(".timeline h3")).to_have_text("WebSocket connection 1: 2 exchanges")
        expect(page.locator(".lane-bar")).to_have_count(2)
        show_tab(page, "Raw")
        expect(page.locator(".raw")).to_contain_text(re.compile(r'\{"type":"response.created".*"stream_id":"a"\}'))


def test_keys_of_the_keyboard_move_open_and_close(page):
    page.keyboard.press("/")
    page.keyboard.type("evening")
    expect(rows_of(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".title")).to_contain_text("POST /v1/responses")
    page.keyboard.press("3")
    expect(page).to_have_url(re.compile(r"#/exchange/\d+/timeline$"))
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    page.locator("dialog.help").get_by_role("button", name="Close").click()
    page.keyboard.press("Escape")
    expect(page.locator(".title")).to_have_count(0)


def test_address_of_an_exchange_opens_it(looked_at, open_page):
    page = open_page(f"{looked_at.origin}/_mock/#/exchange/1/raw")

    expect(page.locator(".title")).to_contain_text("#1")
    expect(page.locator(".raw")).to_contain_text("Plan my evening")
    page.goto(f"{looked_at.origin}/_mock/#/exchange/99999")
    expect(page.locator(".detail .problem")).to_contain_text("There is no exchange 99999")


def test_page_asks_for_a_key_where_only_stated_keys_are_accepted(open_page):
    with MockServer(Settings(api_keys=("sk-stated-key-0001",))) as server:
        send(server.base_url, "POST", "/v1/responses", {"model": MODEL, "input": "Hello."}, key="sk-stated-key-0001")
        page = open_page(f"{server.origin}/_mock/", ready="#api-key")
        page.locator("#api-key").fill("sk-another-key-0002")
        page.locator("#api-key").press("Enter")
        expect(page.get_by_text("The server does not accept this API key.")).to_be_visible()
        page.locator("#api-key").fill("sk-stated-key-0001")
        page.get_by_role("button", name="Look").click()

        expect(rows_of(page)).to_have_count(1)
