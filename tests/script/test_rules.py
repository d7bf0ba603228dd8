"""Rules in order, uses, sequences, the queue, faults, chaos, and what a miss says."""

import itertools
import threading
from typing import Any

import pytest

from mockserver.engine import Engine
from mockserver.errors import ScriptError
from mockserver.ids import Draws
from mockserver.model.answer import Answer, Coming, HttpReply
from mockserver.model.build import message
from mockserver.model.fault import Chaos, Fault
from mockserver.model.plan import Pace, Plan
from mockserver.model.request import Asked, CreateRequest, RequestHead
from mockserver.script.matchers import Matcher, all_of, not_
from mockserver.script.rules import Rule
from mockserver.script.script import Script
from tests.support.asking import HEAD, checked, create, repeated, workspace_apart

SERVER_ERROR = Fault(status=500)


HELLO = CreateRequest({"model": "gpt-4.1", "input": "hello"})


def ask(script: Script, text: str = "hello", **body: Any) -> Answer | None:
    """What answers a request that has not come before."""
    request = CreateRequest({"model": "gpt-4.1", "input": text, **body})
    return script.answer(Asked(HEAD), checked(request), Draws(text.encode()))


def answer_to(script: Script, text: str = "hello", **body: Any) -> Answer:
    """The same, where there is one."""
    answer = ask(script, text, **body)
    assert answer is not None
    return answer


def plan(answer: Answer) -> Plan:
    """The plan that an answer makes."""
    assert answer.planner is not None
    return answer.planner.plan(HELLO, lambda: Draws(b""))


def text_of(answer: Answer | None) -> str | None:
    """The text of an answer that has nothing else."""
    return None if answer is None else plan(answer).output[0]["content"][0]["text"]


def said(script: Script, text: str = "hello", **body: Any) -> str | None:
    return text_of(ask(script, text, **body))


def test_first_matching_rule_answers():
    script = Script()
    script.on(input="weather").reply("Sunny.")
    script.on(model="gpt-*").reply("By model.")
    script.on().reply("By all.")
    assert [said(script, "weather"), said(script), said(script, model="o3")] == ["Sunny.", "By model.", "By all."]


def test_nothing_answers_without_match():
    script = Script()
    script.on(input="weather").reply("Sunny.")
    assert ask(script) is None


def test_answer_names_its_rule():
    script = Script()
    rule = script.on().reply("Hi.")
    assert answer_to(script).outcome.by == str(rule)


def test_used_up_rule_gives_way():
    script = Script()
    script.on().reply("Twice.").times(2)
    script.on().reply("Then.")
    assert [said(script) for _ in range(4)] == ["Twice.", "Twice.", "Then.", "Then."]


def test_replies_follow_one_another_and_the_last_repeats():
    script = Script()
    script.on().reply("One.").reply("Two.")
    assert [said(script) for _ in range(3)] == ["One.", "Two.", "Two."]


def test_times_ends_a_sequence():
    script = Script()
    script.on().reply("One.").reply("Two.").times(3)
    assert [said(script) for _ in range(4)] == ["One.", "Two.", "Two.", None]


def test_queue_is_asked_first_and_in_order():
    script = Script()
    script.on(input="hello").reply("Rule.")
    script.enqueue("One.")
    script.enqueue("Two.", status="incomplete")
    assert [said(script) for _ in range(3)] == ["One.", "Two.", "Rule."]


def test_unused_lists_rules_that_wait():
    script = Script()
    done = script.on(input="a").reply("A.").times(1)
    open_ended = script.on(input="b").reply("B.")
    half_done = script.on(input="c").reply("C.").times(2)
    queued = script.enqueue("Q.")
    said(script)
    said(script, "a")
    said(script, "c")
    assert script.unused() == [half_done]
    assert (done.used, open_ended.used, half_done.used, queued.used) == (1, 0, 1, 1)


def test_clear_forgets_everything():
    script = Script(chaos=Chaos(rate=1, faults=(SERVER_ERROR,)))
    script.on().reply("A.")
    script.enqueue("B.")
    script.clear()
    assert (script.rules, script.chaos, ask(script)) == ((), None, None)


def test_fresh_rule_counts_for_itself():
    rule = Rule().reply("Hi.").times(1)
    first, second = Script([rule.unused_copy()]), Script([rule.unused_copy()])
    assert (said(first), said(first), said(second), rule.used) == ("Hi.", None, "Hi.", 0)
    assert said(Script([first.rules[0].unused_copy()])) == "Hi."
    rule.unused_copy().reply("More.")
    assert len(rule.steps) == 1


def test_reply_states_options_and_response_fields():
    script = Script()
    script.on().reply("Hi.", "Bye.", status="incomplete", usage={"output_tokens": 3}, model="gpt-x")
    assert plan(answer_to(script)) == Plan(
        output=[message("Hi."), message("Bye.")],
        status="incomplete",
        incomplete_reason="max_output_tokens",
        usage={"output_tokens": 3},
        overrides={"model": "gpt-x"},
    )


def test_pace_of_rule_gives_way_to_pace_of_reply():
    script = Script()
    script.on().reply("A.").reply("B.", pace=Pace(first=2)).pace(rate=40, jitter=0.1)
    assert [plan(answer_to(script)).pace for _ in range(2)] == [Pace(rate=40, jitter=0.1), Pace(first=2)]


def test_fault_spoils_its_reply():
    script = Script()
    script.on().reply("A.").fault(cut_after=3).reply("B.")
    first, second = answer_to(script), answer_to(script)
    assert (plan(first).output, first.outcome.fault) == ([message("A.")], Fault(cut_after=3))
    assert (plan(second).output, second.outcome.fault) == ([message("B.")], None)


CHANGES = {
    "fault": lambda rule: rule.fault(fail_after=1),
    "pace": lambda rule: rule.pace(first=2),
    "events": lambda rule: rule.events([{"type": "response.completed"}]),
}


@pytest.mark.parametrize("order", [*itertools.permutations(CHANGES)], ids="-".join)
def test_what_belongs_to_a_reply_may_be_said_in_any_order(order: tuple[str, ...]):
    script = Script()
    rule = script.on().reply("Hello.")
    for name in order:
        CHANGES[name](rule)
    answer = answer_to(script)
    made = plan(answer)

    assert (text_of(answer), answer.outcome.fault, made.pace) == ("Hello.", Fault(fail_after=1), Pace(first=2))
    assert made.events is not None


async def test_reply_of_a_function_keeps_the_pace_of_its_rule():
    step = Rule().reply(lambda request: request.user_text).pace(first=2).next_step()
    made = (await step.called(HELLO)).plan(HELLO)

    assert (made.output[0]["content"][0]["text"], made.pace) == ("hello", Pace(first=2))


@pytest.mark.parametrize("paced_first", [False, True])
@pytest.mark.parametrize("reply", [{"text": "Hi."}, {"json": lambda _: {}}], ids=["stated", "called"])
async def test_reply_to_another_route_waits_as_its_rule_says(reply: dict[str, Any], paced_first: Any):
    rule = Rule({"path": "/v1/files"})
    if paced_first:
        rule.pace(first=2)
    rule.reply(**reply)
    if not paced_first:
        rule.pace(first=2)
    step = rule.next_step().http_reply(HELLO)
    made = await step.begin(None, None) if isinstance(step, Coming) else step

    assert isinstance(made, HttpReply)
    assert made.due == 2


def test_http_fault_is_a_step_of_its_own():
    script = Script()
    script.on().fault(status=429).reply("Now.")
    first, second = answer_to(script), answer_to(script)
    assert (first.planner, first.outcome.fault) == (None, Fault(status=429))
    assert (plan(second).output, second.outcome.fault) == ([message("Now.")], None)


def test_http_fault_follows_its_reply():
    script = Script()
    script.on().reply("First.").fault(status=500)
    assert [said(script), answer_to(script).outcome.fault] == ["First.", SERVER_ERROR]


def test_fault_alone_spoils_the_default_answer():
    script = Script()
    script.on().fault(stall_after=2)
    assert (answer_to(script).planner, answer_to(script).outcome.fault) == (None, Fault(stall_after=2))


def test_rule_without_answer_is_an_error():
    script = Script()
    script.on(input="hello").named("greeting")
    with pytest.raises(ScriptError, match=r"Rule greeting \(.*test_rules.py:\d+\) matches, but has no reply"):
        ask(script)


async def test_failing_reply_names_its_rule():
    workspace = workspace_apart()
    workspace.on().reply(lambda _: 1 / 0).named("division")
    answered = await create(workspace, Engine(), HELLO.body)
    assert answered.outcome.by is not None
    assert str(answered.error).startswith(f"Rule {answered.outcome.by}: The reply function ")
    assert "raised ZeroDivisionError" in str(answered.error)


def test_rule_is_named_by_its_place():
    script = Script()
    rule = script.on().reply("Hi.")
    line = test_rule_is_named_by_its_place.__code__.co_firstlineno + 2
    assert str(rule).endswith(f"tests/script/test_rules.py:{line}")
    assert str(script.enqueue("Hi.")).endswith(f"tests/script/test_rules.py:{line + 3}")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda script: script.on(imput="x"), "imput: unknown key 'imput'. Did you mean 'input'?"),
        (lambda script: script.on().reply(5), "expected text, an item, or a list of these, got an integer 5."),
        (lambda script: script.on().reply("", status="done"), "status: unknown status 'done'."),
        (lambda script: script.on().reply("").times(0), "expected a number of times, 1 or more, got an integer 0."),
        (lambda script: script.on().reply("").pace(rate=-1), "rate: expected more than 0 deltas per second, got -1."),
        (lambda script: script.on().fault(status=200), "status is 200; expected an HTTP error, 400 to 599."),
    ],
)
def test_wrong_rule_is_refused_where_it_is_made(wrong, message):
    with pytest.raises(ScriptError) as raised:
        wrong(Script())
    assert str(raised.value).startswith(message)


def test_nearest_ranks_by_differences():
    script = Script()
    far = script.on(input="weather", model="o3").reply("A.")
    near = script.on(input="bye").reply("C.")
    used_up = script.on(input="hello").reply("B.").times(1)
    said(script)
    ranked = script.nearest(CreateRequest({"model": "gpt-4.1", "input": "hello"}))
    assert [rule for rule, _ in ranked] == [used_up, near, far]
    assert [str(one) for one in ranked[0][1]] == ["times: wanted at most 1, got one more"]
    assert [rule for rule, _ in script.nearest(CreateRequest({"input": "hello"}), count=1)] == [used_up]


def test_miss_tells_what_was_asked_and_the_nearest_rules():
    script = Script(
        [
            Rule({"input": "weather", "tools": "get_weather"}, location="fixtures/weather.yaml:1").reply("A."),
            Rule({"model": "o3"}, location="tests/test_app.py:7").reply("B.").named("thinker"),
        ]
    )
    asked = {"model": "gpt-4.1", "input": "hello", "tools": [{"type": "web_search"}], "conversation": "conv_1"}
    assert script.miss_message(CreateRequest(asked)).splitlines() == [
        "No rule matches this request: model 'gpt-4.1', input 'hello', tools web_search, conversation 'conv_1'.",
        "Nearest rules:",
        "  1. thinker (tests/test_app.py:7)",
        "       model: wanted 'o3', got 'gpt-4.1'",
        "  2. fixtures/weather.yaml:1",
        "       input: wanted text containing 'weather', got 'hello'",
        "       tools: wanted 'get_weather', got 'web_search'",
        'Add a rule that matches it, or change the request; or let unmatched requests be answered: unmatched="answer".',
    ]


def test_miss_without_rules_says_so():
    assert "There are no rules." in Script().miss_message(CreateRequest({"input": "hello"}))


def change_by_queue(script):
    script.enqueue("Queued.")


def change_by_base(script):
    script.clear()
    script.rebase([Rule().reply("Base.")], chaos=None)


def change_by_order(script):
    script.clear()
    script.on(input="hello").reply("Second.")


@pytest.mark.parametrize(
    ("change", "then"),
    [
        pytest.param(change_by_queue, ["Queued.", "First."], id="queue"),
        pytest.param(change_by_base, ["Base.", "Base."], id="base"),
        pytest.param(change_by_order, ["Second.", "Second."], id="cleared"),
        pytest.param(lambda script: script.clear(), [None, None], id="none"),
        pytest.param(lambda script: script.on().reply("Late."), ["First.", "First."], id="later-rule"),
        pytest.param(lambda script: script.rules[0].times(4), ["First.", None], id="used-up"),
    ],
)
def test_request_that_comes_again_meets_the_script_as_it_is_now(change, then):
    script = Script()
    script.on(input="hello").reply("First.")
    request = repeated(HELLO)

    def again():
        return text_of(script.answer(*request, Draws(b"")))

    assert [again() for _ in range(3)] == ["First."] * 3
    change(script)
    assert [again(), again()] == then


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(lambda odd: {"predicate": odd}, id="predicate"),
        pytest.param(lambda odd: {"input": odd}, id="input"),
        pytest.param(lambda odd: {"input": not_(odd)}, id="not"),
        pytest.param(lambda odd: {"input": all_of("hello", odd)}, id="all-of"),
        pytest.param(lambda odd: {"not": {"input": odd}}, id="exclusion"),
        pytest.param(lambda odd: {"any": [{"input": odd}, {"model": "o3"}]}, id="alternatives"),
        pytest.param(lambda odd: {"input": Matcher(wanted="odd", matches=odd)}, id="own-matcher"),
    ],
)
def test_function_is_asked_each_time_that_a_request_comes(when):
    script, turns = Script(), itertools.count()
    script.on(**when(lambda _: next(turns) % 2 == 1)).reply("Meant.")
    request = repeated(HELLO)
    answers = [script.answer(*request, Draws(b"")) is not None for _ in range(6)]
    assert sorted(answers[2:]) == [False, False, True, True]


def test_rules_of_a_request_that_comes_again_are_not_all_asked_again():
    script, asked = Script(), []

    def never(value: object) -> bool:
        asked.append(value)
        return False

    certain = Matcher(wanted="nothing", matches=never, deterministic=True)
    script.on(input=certain).reply("Never.")
    script.on().reply("Always.")
    request = repeated(HELLO)
    answers = [text_of(script.answer(*request, Draws(b""))) for _ in range(3)]
    assert (asked, answers) == (["hello"], ["Always."] * 3)


def test_spoilt_answer_does_not_count():
    script = Script(chaos=Chaos(rate=1, faults=(SERVER_ERROR,)))
    rule = script.on().reply("One.").reply("Two.").times(2)
    spoilt = answer_to(script)
    assert (spoilt.outcome.fault, spoilt.outcome.by, rule.used) == (SERVER_ERROR, str(rule), 0)
    script.chaos = None
    assert [said(script), said(script)] == ["One.", "Two."]


def test_answer_that_its_client_gets_whole_counts_in_spite_of_chaos():
    script = Script(chaos=Chaos(rate=1, faults=(Fault(slow_body=0.01),)))
    rule = script.on().reply("One.").reply("Two.").times(2)

    assert [said(script), said(script)] == ["One.", "Two."]
    assert (rule.used, rule.exhausted) == (2, True)


def test_chaos_of_one_answer_is_not_that_of_the_next():
    script = Script()
    rule = script.on().reply("Hello.")
    found = []
    for fault in (None, SERVER_ERROR, Fault(cut_after=1), None):
        script.chaos = None if fault is None else Chaos(rate=1, faults=(fault,))
        found.append(answer_to(script).outcome)
    rule.named("later")
    found.append(answer_to(script).outcome)

    assert [outcome.fault for outcome in found] == [None, SERVER_ERROR, Fault(cut_after=1), None, None]
    assert [outcome.by for outcome in found] == [rule.location] * 4 + [f"later ({rule.location})"]


@pytest.mark.parametrize("rule", [None, Fault(slow_body=2)], ids=["no rule", "a fault of a rule"])
def test_chaos_befalls_other_routes_and_goes_before_their_rules(rule: Fault | None):
    script = Script(chaos=Chaos(rate=1, faults=(SERVER_ERROR,)))
    if rule is not None:
        script.on(path="/v1/files").reply(text="Hi.").add_fault(rule)
    answer = script.answer(Asked(RequestHead("GET", "/v1/files", target="/v1/files")), None, Draws(b""))

    assert answer is not None
    assert answer.outcome.fault == SERVER_ERROR


def test_chaos_befalls_requests_without_rule_too():
    script = Script(chaos=Chaos(rate=1, faults=(Fault(cut_after=1),)))
    spoilt = answer_to(script)
    assert (spoilt.planner, spoilt.outcome.fault, spoilt.outcome.by) == (None, Fault(cut_after=1), None)


def test_chaos_befalls_its_rate_and_follows_from_the_draws():
    chaos = Chaos(rate=0.25, faults=(SERVER_ERROR, Fault(cut_after=1)))
    picked = [chaos.pick(Draws(str(n).encode())) for n in range(2000)]
    assert picked == [chaos.pick(Draws(str(n).encode())) for n in range(2000)]
    assert [round(picked.count(fault) / 2000, 1) for fault in chaos.faults] == [0.1, 0.1]
    assert 400 < 2000 - picked.count(None) < 600


def test_threads_share_the_uses_of_a_rule():
    script = Script()
    script.on().reply("Once.").times(50)
    answered: list[str | None] = []

    def client():
        answered.extend(said(script) for _ in range(20))

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answered.count("Once."), answered.count(None)) == (50, 30)
