"""What the page knows of a server: the list, times of events, the nearest rules, rules that cannot be reached."""

import pytest

from mockserver import Fault, MockServer, Pace, Settings
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.codec import dumps
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import HEADLESS, Asked
from mockserver.page import Feed, cassettes_of, detail, fault_text, nearest, recorded_detail, rule_usage
from mockserver.web.access import Spaces
from tests.support.http import send

MODEL = "gpt-4.1"
ASK = {"model": MODEL, "input": "Hello."}
KEY = "sk-feed-0000000001"


@pytest.fixture
def served():
    with MockServer(Settings(max_requests=3)) as server:
        yield server


@pytest.fixture
def feed(served):
    return Feed(served._spaces)


@pytest.fixture
def ask(served):
    def asked(words="Hello.", *, key=KEY, **more):
        return send(served.base_url, "POST", "/v1/responses", {**ASK, "input": words, **more}, key=key)

    return asked


def listed(feed):
    feed.refresh()
    return [feed.find(number).row["asked"] for number in feed._entries]


def test_exchanges_of_all_keys_are_in_the_order_in_which_they_came(feed, ask):
    ask("one", key="sk-a")
    ask("two", key="sk-b")
    ask("three", key="sk-a")

    assert listed(feed) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\tb\n“c” 'd' \u200b", "a\tb\n“c” 'd' \u200b"),
        ([{"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}], "↳ 18 °C"),
        (
            [{"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]}],
            "a\nb",
        ),
        ([{"role": "user", "content": ""}], ""),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_row_has_the_newest_input_as_it_was_written(feed, ask, given, shown):
    ask(given)

    assert listed(feed) == [shown]


def test_short_keys_have_names_that_differ(feed, ask):
    for key in ("short-a", "short-b"):
        ask(key=key)
    feed.refresh()

    names = [view["name"] for view in feed.views()]
    assert len({*names}) == 2
    assert not any("short" in name for name in names)


def test_only_what_a_recording_answered_has_one(served, feed, ask, tmp_path):
    (tmp_path / "rules.yaml").write_text('- { when: { input: rule }, reply: "x" }\n')
    ask("Hello.")
    forms = send(served.base_url, "GET", "/_mock/exchanges/1/forms").json["forms"]
    (tmp_path / "session.yaml").write_text(next(form["text"] for form in forms if form["title"] == "Cassette"))
    workspace = served.workspace(KEY)
    workspace.load(tmp_path / "rules.yaml")
    workspace.replay(tmp_path / "session.yaml")

    ask("rule")
    ask("Hello.")
    feed.refresh()

    assert [detail(feed.find(number))["recorded"] for number in (2, 3)] == [False, True]
    assert feed.find(2).row["by"].endswith("rules.yaml:1")


def test_what_a_journal_drops_leaves_the_list(feed, ask):
    for words in ("one", "two", "three", "four"):
        ask(words)
        feed.refresh()

    assert listed(feed) == ["two", "three", "four"]
    assert list(feed._entries) == [2, 3, 4]


def test_feed_keeps_no_workspace_alive(served):
    spaces = Spaces(served._make_space, most=1)
    feed = Feed(spaces)
    spaces["sk-a"].journal.add(Asked(HEADLESS, dumps(ASK)), 200)
    feed.refresh()
    view = next(iter(feed._views.values()))

    spaces.discard("sk-a")

    assert view.journal() is None
    assert listed(feed) == []


def test_events_of_a_pace_have_the_times_at_which_they_were_due(served, feed, ask):
    served.workspace(KEY).on().reply("One two three.", pace=Pace(first=0.01, rate=1000))

    ask(stream=True)
    feed.refresh()
    times = [event["at"] for event in detail(feed.find(1))["events"]]

    assert times == sorted(times)
    assert times[0] >= 0.01
    assert len(set(times)) > 3


def test_recorded_events_without_times_are_shown_without_them():
    events = [{"type": "response.created"}, {"type": "response.completed"}]

    shown = recorded_detail(RecordedExchange(events=events, times=(0.5,)), number=1)["events"]

    assert [event["at"] for event in shown] == [0.5, None]


@pytest.mark.parametrize(
    ("profile", "around"), [("openai", (True, None)), ("openrouter", (True, "[DONE]")), ("ogx", (False, None))]
)
def test_frames_of_a_provider_are_as_it_sends_them(served, feed, ask, profile, around):
    served.workspace(KEY, profile=profile)

    ask(stream=True)
    feed.refresh()
    framing = detail(feed.find(1))["framing"]

    assert (framing["event_lines"], framing["end"]) == around


def test_nearest_rules_have_met_and_unmet_conditions(served, feed, ask):
    workspace = served.workspace(KEY)
    workspace.on(input="weather", model=MODEL).named("weather").reply("Sunny.")
    workspace.on(input="Hello", instructions="Be kind.", stream=True).named("kind").reply("Hi.")

    ask()
    feed.refresh()
    (weather, kind) = nearest(feed.find(1))

    assert [(field["field"], field["met"]) for field in weather["fields"]] == [("input", False), ("model", True)]
    assert [(field["field"], field["met"]) for field in kind["fields"]] == [
        ("instructions", False),
        ("stream", False),
        ("input", True),
    ]
    assert not weather["answered"]


def test_rule_that_is_used_up_says_so(served, feed, ask):
    served.workspace(KEY).on(input="Hello").times(1).reply("Once.")

    ask()
    ask()
    feed.refresh()

    assert [(one["used_up"], one["met"]) for one in nearest(feed.find(2))] == [(True, False)]


def test_recording_says_what_to_ignore(served, feed, ask, tmp_path):
    ask("Hello.", metadata={"run": "1"})
    forms = send(served.base_url, "GET", "/_mock/exchanges/1/forms").json["forms"]
    path = tmp_path / "session.yaml"
    path.write_text(next(form["text"] for form in forms if form["title"] == "Cassette"))
    served.workspace(KEY).replay(path)

    missed = ask("Hello.", metadata={"run": "2"})
    feed.refresh()
    (near,) = nearest(feed.find(2))
    served.workspace(KEY).replay(path, ignore=near["ignore"])

    assert missed.status == 400
    assert near["ignore"] == ["metadata.run"]
    assert ask("Hello.", metadata={"run": "2"}).status == 200


def test_rule_behind_a_broader_one_is_shadowed(served, ask):
    workspace = served.workspace(KEY)
    workspace.on().named("all").reply("Any.")
    workspace.on(input="Hello").named("hello").reply("Hello.")
    workspace.on(input="Bye").named("bye").reply("Bye.")

    ask()
    used = {rule["rule"].partition(" ")[0]: rule for rule in rule_usage(workspace.space)}

    assert [used[name]["used"] for name in ("all", "hello", "bye")] == [1, 0, 0]
    assert used["hello"]["shadowed"]["requests"] == 1
    assert used["hello"]["shadowed"]["by"].startswith("all (")
    assert used["all"]["shadowed"] is used["bye"]["shadowed"] is None


def test_answer_of_the_queue_shadows_nothing(served, ask):
    workspace = served.workspace(KEY)
    workspace.enqueue("Once.")
    workspace.on(input="Hello").reply("Hello.")

    ask()

    assert [rule["shadowed"] for rule in rule_usage(workspace.space)] == [None, None]


def test_cassette_says_how_many_of_its_problems_are_secrets(tmp_path):
    path, recorded_at = tmp_path / "session.yaml", 1_700_000_000
    with CassetteWriter(path, header=Header(recorded_at=recorded_at)) as writer:
        writer.add(RecordedExchange(request_body=ASK, body={"object": "response", "id": "staff-4711"}))

    with MockServer(Settings(redact=("staff-[0-9]+",))) as server:
        workspace = server.workspace(KEY)
        workspace.replay(path)
        (replayed,) = cassettes_of(workspace.space, now=recorded_at + 400 * 86_400)

    assert (replayed["age_days"], replayed["secrets"]) == (400, 1)
    assert len(replayed["problems"]) > 1


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault(content_length=3), "content_length +3"),
        (Fault(content_length=-3), "content_length -3"),
        (Fault(status=429), "http error 429"),
    ],
)
def test_fault_is_said_in_a_few_words(fault, text):
    assert fault_text(fault) == text


@pytest.mark.parametrize(("query", "count"), [("", 500), ("?limit=501", 500), ("?limit=499", 499), ("?limit=0", 0)])
def test_page_of_the_list_has_at_most_500(long_list, query, count):
    page = send(long_list.base_url, "GET", f"/_mock/exchanges{query}").json

    assert (len(page["rows"]), page["has_more"]) == (count, True)


@pytest.fixture(scope="module")
def long_list():
    """A server with 501 exchanges."""
    with MockServer() as server:
        journal = server.workspace(KEY).space.journal
        for _ in range(501):
            journal.add(Asked(HEADLESS, dumps(ASK)), 200)
        yield server
