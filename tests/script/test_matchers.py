"""Every matcher: what meets it, what does not, and its words."""

import re

import pytest

from mockserver.authoring.json_path import ABSENT, SeveralValues, parse_path, value_at
from mockserver.errors import ScriptError
from mockserver.script.matchers import (
    all_of,
    any_of,
    contains,
    exact,
    glob,
    json_matcher,
    json_schema,
    name_matcher,
    not_,
    predicate,
    present,
    regex,
    text_matcher,
    value_matcher,
)

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@pytest.mark.parametrize(
    ("matcher", "met", "unmet"),
    [
        pytest.param(contains("Weather"), "the WEATHER in Rome", "the wether", id="contains"),
        pytest.param(contains("STRASSE"), "Straße 1", "Strase 1", id="contains-casefolded"),
        pytest.param(contains('"city"'), {"city": "Rome"}, {"town": "Rome"}, id="contains-in-json"),
        pytest.param(exact("hello"), "hello", "hello!", id="exact-text"),
        pytest.param(exact("hello"), "hello", "Hello", id="exact-case"),
        pytest.param(exact(1), 1, True, id="exact-number-is-not-true"),
        pytest.param(exact(value=True), True, 1, id="exact-true-is-not-one"),
        pytest.param(exact({"a": [1]}), {"a": [1]}, {"a": [1], "b": 2}, id="exact-object"),
        pytest.param(regex(r"\d+ km"), "about 12 km away", "about 12 miles", id="regex"),
        pytest.param(regex("^hello$"), "hello", "hello there", id="regex-anchored"),
        pytest.param(regex(re.compile("HELLO", re.IGNORECASE)), "hello", "help", id="regex-compiled"),
        pytest.param(glob("gpt-4*"), "gpt-4.1-mini", "my-gpt-4", id="glob"),
        pytest.param(glob("gpt-4"), "gpt-4", "gpt-4.1", id="glob-whole"),
        pytest.param(glob("gpt-?"), "gpt-5", "GPT-5", id="glob-case"),
        pytest.param(json_schema(CITY), {"city": "Rome"}, {"city": 5}, id="schema"),
        pytest.param(json_schema(CITY), '{"city": "Rome"}', '{"town": "Rome"}', id="schema-in-text"),
        pytest.param(json_schema(CITY), '{"city": ""}', "no JSON", id="schema-no-json"),
        pytest.param(predicate(str.isupper), "LOUD", "quiet", id="predicate"),
        pytest.param(present(), "", ABSENT, id="present"),
        pytest.param(present(wanted=False), ABSENT, None, id="absent"),
        pytest.param(present(), SeveralValues(["x"]), SeveralValues(), id="present-values"),
        pytest.param(all_of("weather", "rome"), "Rome weather", "Paris weather", id="all"),
        pytest.param(any_of("rome", "paris"), "in Paris", "in London", id="any"),
        pytest.param(not_("rome"), "in Paris", "in Rome", id="not"),
        pytest.param(not_(exact("x")), ABSENT, "x", id="not-absent"),
        pytest.param(contains("b"), SeveralValues(["a", "b"]), SeveralValues(["a", "c"]), id="one-of-several"),
        pytest.param(not_("b"), SeveralValues(["a", "c"]), SeveralValues(["a", "b"]), id="none-of-several"),
        pytest.param(all_of("a", "b"), SeveralValues(["a", "b"]), SeveralValues(["a", "c"]), id="all-among-several"),
    ],
)
def test_matcher_is_met(matcher, met, unmet):
    assert matcher.matches(met)
    assert not matcher.matches(unmet)


@pytest.mark.parametrize("matcher", [contains(""), exact(None), regex(""), glob("*"), predicate(lambda _: True)])
def test_matcher_is_not_met_by_nothing(matcher):
    assert not matcher.matches(ABSENT)
    assert not matcher.matches(SeveralValues())


@pytest.mark.parametrize(
    ("matcher", "words"),
    [
        (contains("hello"), "text containing 'hello'"),
        (exact(5), "exactly 5"),
        (regex("a+"), "text matching /a+/"),
        (glob("gpt-*"), "'gpt-*'"),
        (predicate(str.isupper), "what str.isupper accepts"),
        (present(), "any value"),
        (present(wanted=False), "nothing"),
        (all_of("a", exact("b")), "text containing 'a' and exactly 'b'"),
        (any_of("a", "b"), "text containing 'a' or text containing 'b'"),
        (not_("a"), "not text containing 'a'"),
        (json_schema({"type": "string"}), 'JSON that fits the schema {"type":"string"}'),
    ],
)
def test_matcher_says_what_it_wants(matcher, words):
    assert str(matcher) == words


def test_schema_says_what_is_wrong():
    why = json_schema(CITY).why
    assert why is not None
    assert why({"city": 5}) == "$.city: 5 is not of type 'string'"


@pytest.mark.parametrize(
    ("read", "written", "met", "unmet"),
    [
        pytest.param(text_matcher, "ell", "Hello", "help", id="text"),
        pytest.param(name_matcher, "gpt-*", "gpt-5", "o3", id="name"),
        pytest.param(value_matcher, "ell", "ell", "Hello", id="value"),
        pytest.param(value_matcher, True, "anything", ABSENT, id="true-is-present"),
        pytest.param(value_matcher, False, ABSENT, "anything", id="false-is-absent"),
        pytest.param(value_matcher, None, ABSENT, "anything", id="null-is-absent"),
        pytest.param(json_matcher, True, True, ABSENT, id="json-true"),
        pytest.param(json_matcher, None, None, ABSENT, id="json-null"),
        pytest.param(json_matcher, [1, 2], [1, 2], [2, 1], id="json-list"),
        pytest.param(json_matcher, {"present": False}, ABSENT, None, id="json-absent"),
        pytest.param(text_matcher, {"exact": "a"}, "a", "ab", id="written-exact"),
        pytest.param(text_matcher, {"contains": "A"}, "bab", "b", id="written-contains"),
        pytest.param(text_matcher, {"regex": "^a"}, "ab", "ba", id="written-regex"),
        pytest.param(text_matcher, {"glob": "a*"}, "ab", "ba", id="written-glob"),
        pytest.param(text_matcher, {"schema": {"type": "number"}}, "1", "one", id="written-schema"),
        pytest.param(text_matcher, {"contains": "a", "not": {"contains": "b"}}, "a", "ab", id="written-together"),
        pytest.param(text_matcher, {"any": ["a", {"exact": "b"}]}, "b", "bb", id="written-any"),
        pytest.param(text_matcher, {"all": ["a", "b"]}, "ab", "a", id="written-all"),
        pytest.param(name_matcher, {"not": "gpt-*"}, "o3", "gpt-5", id="written-not-keeps-plain"),
        pytest.param(text_matcher, re.compile("^a"), "ab", "ba", id="pattern"),
        pytest.param(text_matcher, str.isupper, "A", "a", id="function"),
    ],
)
def test_written_matcher_is_read(read, written, met, unmet):
    matcher = read(written)
    assert matcher.matches(met)
    assert not matcher.matches(unmet)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (5, "expected a string, got an integer 5."),
        ({"schema": 5}, "schema: expected a JSON Schema: a mapping, true or false, got an integer 5."),
        ({"schema": None}, "schema: expected a JSON Schema: a mapping, true or false, got null."),
        ({"regexp": "a"}, "regexp: unknown matcher 'regexp'. Did you mean 'regex'? "),
        ({"regex": "("}, "regex: '(' is not a valid regular expression: "),
        ({"any": ["a", {"glob": 1}]}, "any[1].glob: expected a string, got an integer 1."),
        ({"present": "yes"}, "present: expected true or false, got a string 'yes'."),
        ({"schema": {"type": "objekt"}}, "schema: not a valid JSON Schema: "),
        ({}, "expected a matcher, got an empty mapping."),
        ({"all": []}, "all: expected a list of matchers, got a list []."),
    ],
)
def test_wrong_matcher_is_refused(written, message):
    with pytest.raises(ScriptError) as raised:
        text_matcher(written)
    assert str(raised.value).startswith(message)


BODY = {"input": [{"content": "a"}, {"content": [{"text": "b"}, {"text": "c"}]}], "a": {"b-c": None}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("input[0].content", "a"),
        ("input[1].content[1].text", "c"),
        ("input[-1].content[0].text", "b"),
        ("input[*].content[*].text", SeveralValues(["b", "c"])),
        ("tools[*].name", SeveralValues()),
        ("a.b-c", None),
        ("a.b", ABSENT),
        ("input[2]", ABSENT),
        ("input.content", ABSENT),
        ("a[0]", ABSENT),
        ("input[content=a].content", SeveralValues(["a"])),
        ("input[*].content[text=c]", SeveralValues([{"text": "c"}])),
        ("input[content=b]", SeveralValues()),
        ("a[b-c=x]", SeveralValues()),
    ],
)
def test_path_leads_to_value(path, value):
    found = value_at(BODY, parse_path(path))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("path", ["", ".", "a..b", "a[", "a[x]", "a[1", "a b]", ".a", "a[b=]", "a[=b]"])
def test_wrong_path_is_refused(path):
    with pytest.raises(ScriptError, match="is not a valid path"):
        parse_path(path)
