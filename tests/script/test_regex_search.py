"""No regular expression of a test author stops the server, and none matches otherwise than in Python."""

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer, ScriptError, regex
from mockserver.script.regex_search import SearchesOfOneRequest, found_in
from tests.support.bodies import ask
from tests.support.http import send

SLOW = [
    pytest.param("(a+)+$", "a" * 33 + "b", id="repeat in a repeat"),
    pytest.param("(a|a)*b", "a" * 40, id="choice in a repeat"),
    pytest.param(r"^(\w+\s?)*$", "word " * 10_000 + "!", id="words"),
    pytest.param("a?" * 28 + "a" * 28, "a" * 28, id="many optional parts"),
    pytest.param(r"(?:(?:a?){20}){20}b", "a" * 400, id="counted repeats"),
    pytest.param(".*.*=.*", "x" * 20_000, id="repeats in a row"),
    pytest.param(r"\s+$", " " * 100_000 + "x", id="spaces before the end"),
    pytest.param(r"[\w.]+@[\w.]+", "a.a.a." * 20_000, id="nearly an address"),
    pytest.param(r"(.+)\1{9}!", "ab" * 20_000, id="what was found before"),
]
QUICK = [
    pytest.param("weather.*Paris", "x" * 50_000 + " weather in Paris", True, id="text that is rare"),
    pytest.param("weather|rain", "x" * 500_000, False, id="choice"),
    pytest.param(r"call_\w+", "call_abc " * 2_000, True, id="text that is frequent"),
    pytest.param(r"^\w+(-\w+)?$", "a" * 30_000, True, id="all of a long text"),
    pytest.param(r"(?i)WEATHER", "x" * 100_000 + "weather", True, id="ignoring case"),
    pytest.param(r"(\d{3}-)+", "1" * 50_000, False, id="counted parts"),
]


@pytest.mark.parametrize(("pattern", "text"), SLOW)
def test_search_that_takes_too_long_is_an_error(pattern: str, text: str):
    with pytest.raises(ScriptError, match=r"takes too long on a text of \d+ characters: more than 50 ms\. Anchor it"):
        found_in(re.compile(pattern), text)


@pytest.mark.parametrize(("pattern", "text", "found"), QUICK)
def test_search_that_takes_its_time_is_answered(pattern: str, text: str, *, found: bool):
    assert found_in(re.compile(pattern), text) is found


@given(
    pattern=st.sampled_from(["(a+)+b", "(?i)(a|b)*$", r"(?s)a.*\n.*b", r"(?m)^(b|a)+$", "(a?b?)+", "\ud800+(a+)+"]),
    text=st.text(alphabet="abAB\n\ud800é", max_size=12),
)
def test_own_process_finds_what_python_finds(pattern: str, text: str):
    compiled = re.compile(pattern)

    assert found_in(compiled, text) is (compiled.search(text) is not None)


def test_searches_for_one_request_have_one_limit():
    compiled, texts = re.compile("(a+)+$"), ["a" * 18 + "b"] * 200
    with SearchesOfOneRequest(), pytest.raises(ScriptError, match="takes too long"):
        [found_in(compiled, text) for text in texts]
    with SearchesOfOneRequest():
        assert not found_in(compiled, texts[0])


def test_rule_is_named_whose_expression_takes_too_long(server: MockServer):
    workspace = server.workspace()
    workspace.on(input=regex("(a+)+$")).reply("x")
    reply = send(server.base_url, "POST", "/v1/responses", ask(input="a" * 40 + "b"), key=workspace.api_key)

    error = reply.json["error"]
    assert (reply.status, error["code"]) == (400, "script_error")
    assert re.match(
        r"Rule \S*test_regex_search\.py:\d+: input: The regular expression '\(a\+\)\+\$' takes", error["message"]
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_process_that_was_forked_has_a_searcher_of_its_own():
    compiled = re.compile("(a+)+b")
    assert found_in(compiled, "a" * 20 + "b")
    child = os.fork()
    if not child:
        os._exit(0 if found_in(compiled, "aab") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert found_in(compiled, "aaab")
