"""Fixture files: what they say, and what is said about broken ones."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from mockserver.errors import ScriptError
from mockserver.ids import Draws
from mockserver.model.build import function_call, message, reasoning
from mockserver.model.fault import Chaos, Fault
from mockserver.model.plan import Pace, Plan
from mockserver.model.request import Asked, CreateRequest
from mockserver.script.fixtures import check_fixtures, load_fixtures
from mockserver.script.script import Script
from tests.support.asking import HEAD, checked

ASKED = CreateRequest({"model": "gpt-4.1", "input": "hello"})
BROKEN = Path(__file__).parent / "broken_fixtures"
EXPECTED = re.compile(r"# (\d+): (.+)")
TRAILING_COMMA = (  # Python's own words
    "2: invalid JSON: Illegal trailing comma before end of array."
    if sys.version_info >= (3, 13)
    else "3: invalid JSON: Expecting value."
)
IN_JSON = {  # JSON has no comments
    "trailing_comma.json": [TRAILING_COMMA],
    "unknown_key.json": ["4: replay: unknown key 'replay'. Did you mean 'reply'?"],
    "duplicate_key.json": ["4: reply: given twice, first in line 3; keep one."],
}


def expected_problems(file):
    """What the comments at the head of a broken file say about it: `# line: key: message`."""
    comments = map(EXPECTED.fullmatch, file.read_text().splitlines())
    return IN_JSON.get(file.name) or [f"{found[1]}: {found[2]}" for found in comments if found]


@pytest.mark.parametrize("file", sorted(BROKEN.iterdir()), ids=lambda file: file.name)
def test_broken_fixture_is_explained(file):
    told = [str(problem).removeprefix(f"{file}:").partition(" Allowed: ")[0] for problem in check_fixtures([file])]
    assert told == expected_problems(file)
    assert told


def test_there_are_many_broken_fixtures():
    assert len(list(BROKEN.iterdir())) >= 30


WEATHER = """\
- when: {input: {contains: weather}, tools: get_weather}
  reply:
    - function_call: {name: get_weather, arguments: {city: Paris}}
- when: {tool_output: get_weather}
  reply: It is ${tool_output.get_weather} in Paris.
- when: {model: o4-*, input: {regex: '(?i)think'}}
  name: thinker
  reply:
    - reasoning: {summary: [Weighing both options.]}
    - Both are fine.
  pace: {first: 0.3, rate: 40}
- when: {input: flaky}
  times: 2
  fault: {status: 429, code: rate_limit_exceeded, retry_after: 1}
- when: {input: cut}
  replies: [One., [Two., Three.]]
  status: incomplete
  usage: {output_tokens: 5}
  response: {user: '${model}'}
  fault: {cut_after: 5}
"""


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_fixture_file_answers(write):
    file = write("weather.yaml", WEATHER)
    script = Script(load_fixtures([file]).rules)
    asked = {"role": "user", "content": "Weather?"}
    tools = [{"type": "function", "name": "get_weather"}]
    call = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}

    def answer(*items, **body):
        request = CreateRequest({"input": list(items), **body})
        found = script.answer(Asked(HEAD), checked(request), Draws(b""))
        assert found is not None
        return found.planner and found.planner.plan(request, lambda: Draws(b"")), found

    assert answer(asked, tools=tools)[0].output == [function_call("get_weather", city="Paris")]
    assert answer(asked, call, output, tools=tools)[0].output == [message("It is 18 °C in Paris.")]
    plan, thought = answer({"role": "user", "content": "Think!"}, model="o4-mini")
    assert plan == Plan(
        output=[reasoning(["Weighing both options."]), message("Both are fine.")], pace=Pace(first=0.3, rate=40)
    )
    assert thought.outcome.by == f"thinker ({file}:6)"
    plan, flaky = answer({"role": "user", "content": "flaky"})
    assert (plan, flaky.outcome.fault) == (None, Fault(status=429, code="rate_limit_exceeded", retry_after=1))
    cut = [answer({"role": "user", "content": "cut"}, model="gpt-4.1") for _ in range(3)]
    plans = [plan for plan, _ in cut]
    assert [plan.output for plan in plans] == [[message("One.")], *[[message("Two."), message("Three.")]] * 2]
    assert (plans[0].status, plans[0].usage, plans[0].overrides) == (
        "incomplete",
        {"output_tokens": 5},
        {"user": "gpt-4.1"},
    )
    assert [found.outcome.fault for _, found in cut] == [None, Fault(cut_after=5), Fault(cut_after=5)]


def test_document_may_have_chaos(write):
    file = write("chaos.yml", "rules:\n  - reply: Hi.\nchaos: {rate: 0.1, faults: [{status: 503}, {cut_after: 1}]}\n")
    loaded = load_fixtures([file])
    assert loaded.chaos == Chaos(rate=0.1, faults=(Fault(status=503), Fault(cut_after=1)))
    assert [str(rule) for rule in loaded.rules] == [f"{file}:2"]


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def either_loader(request, monkeypatch):
    """PyYAML with libyaml, and without it."""
    monkeypatch.setattr(yaml, "CSafeLoader", getattr(yaml, request.param))


@pytest.mark.usefixtures("either_loader")
def test_json_is_read_as_it_is(write):
    texts = ['quote " slash / emoji 😀 tab \t', "\\ud83d is no emoji", "line\nend", "é\x7f", "a: b # c", "1e5", "no"]
    document = [{"reply": texts, "when": {"stream": True, "json": {"temperature": 1e-5, "top_p": 1}}}]
    file = write("texts.json", json.dumps(document, indent="\t").replace("slash /", "slash \\/"))
    (rule,) = load_fixtures([file]).rules
    assert rule.when == document[0]["when"]
    assert rule.steps[0].plan(ASKED).output == [message(text) for text in texts]


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "2026-01-01", "12:30:00", "0x1F", "1_000", ".inf", "="])
def test_plain_yaml_words_are_text(write, word):
    (rule,) = load_fixtures([write("a.yaml", f"- reply: {word}\n")]).rules
    assert rule.steps[0].plan(ASKED).output == [message(word)]


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("null", None), ("~", None), ("5", 5), ("-1.5", -1.5), ("1e3", 1000.0), (".5", 0.5)],
)
def test_plain_yaml_values_are_json(write, word, value):
    (rule,) = load_fixtures([write("a.yaml", f"- reply: Hi.\n  when: {{json: {{a: {{exact: {word}}}}}}}\n")]).rules
    found = rule.when["json"]["a"]["exact"]
    assert (found, type(found)) == (value, type(value))


def test_folder_is_read_in_order(write, tmp_path):
    for name in ("b.yaml", "a.json", "more/c.yml"):
        write(name, json.dumps([{"reply": name}]))
    write("notes.txt", "no fixture")
    answered = [rule.steps[0].plan(ASKED).output for rule in load_fixtures([tmp_path]).rules]
    assert answered == [[message(name)] for name in ("a.json", "b.yaml", "more/c.yml")]


def test_all_problems_of_all_files_are_raised(write, tmp_path):
    write("a.yaml", "- replay: Hi.\n")
    write("b.yaml", "- reply: Hi.\n  times: 0\n")
    with pytest.raises(ScriptError) as raised:
        load_fixtures([tmp_path, tmp_path / "none.yaml"])
    told = [line.partition(" Allowed: ")[0] for line in str(raised.value).splitlines()]
    assert told == [
        "3 problems in the fixtures:",
        f"{tmp_path}/a.yaml:1: replay: unknown key 'replay'. Did you mean 'reply'?",
        f"{tmp_path}/b.yaml:2: times: expected a number of times, 1 or more, got an integer 0.",
        f"{tmp_path}/none.yaml:1: there is no such file.",
    ]


def test_folder_without_fixtures_is_a_problem(tmp_path):
    (problem,) = check_fixtures([tmp_path])
    assert problem.message == "the folder has no fixture files; expected *.yaml, *.yml, *.json."


def test_unreadable_file_is_a_problem(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"- reply: \xff\n")
    (problem,) = check_fixtures([tmp_path])
    assert problem.message.startswith("cannot be read: 'utf-8' codec can't decode byte 0xff")
