"""Each part of a rule is read once, when the rule is loaded, whatever answers later."""

import sys
from collections import Counter

import pytest

from mockserver.model.request import CreateRequest
from mockserver.script.fixtures import load_fixtures

RULE = """\
- when: {input: {contains: hello}, model: gpt-*}
  reply:
    - function_call: {name: f, arguments: {city: Rome}}
    - Hello.
  fault: {cut_after: 3}
"""
REQUEST = CreateRequest({"model": "gpt-4.1", "input": "hello"})


def entered(work):
    """How often each function of the package is entered meanwhile, and what the work gives."""
    counted: Counter[str] = Counter()

    def count(frame, event, _argument):
        if event == "call" and "mockserver" in frame.f_globals.get("__name__", ""):
            counted[frame.f_code.co_qualname] += 1

    sys.setprofile(count)
    try:
        made = work()
    finally:
        sys.setprofile(None)
    return counted, made


@pytest.fixture
def rule_file(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_text(RULE)
    load_fixtures([path])  # what is imported and cached on first use is there
    return path


def test_loading_makes_each_part_once(rule_file):
    counted, loaded = entered(lambda: load_fixtures([rule_file]))
    once = ["read_when", "contains", "glob", "call_of_function", "message", "Fault.__init__", "_check_together"]
    assert {name: counted[name] for name in once} == dict.fromkeys(once, 1)
    assert len(loaded.rules) == 1


def test_answering_reads_nothing_again(rule_file):
    (rule,) = load_fixtures([rule_file]).rules
    counted, plan = entered(lambda: rule.next_step().plan(REQUEST))
    read = ["read_parts", "call_of_function", "message", "arguments_for", "has_type", "one_of", "read_placeholders"]
    assert {name: counted[name] for name in read} == dict.fromkeys(read, 0)
    assert [item["type"] for item in plan.output] == ["function_call", "message"]
