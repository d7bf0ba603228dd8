"""The search that pays for its steps finds what the standard library's finds."""
# ruff: noqa: E501 - a row of a table is one line

import re
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.samples.backtracking import found_in

PATTERNS = (
    *("a", "[ab]c*", "^a.c$", "a|^b$", "(a|ab)(c|bcd)", "a+?b", "(ab)*c", "(a*)*b", "(?:a|b){2,3}", "a{0}b", "^$", "$a"),
    *(r"\ba", r"a\Bb", r"\Aab\Z", r"(a)(b)?\1", r"(a)?(?(1)b|c)", r"(?:(a)|b)*\1", "(?=ab)a", "(?!ab)a", "(?<=a)b"),
    *("(?<!a)b", "(?>a+)ab", "a++b", "(?>a|ab)c", r"[^a\n]b", r"\d\w\s\D\W\S", "(?i)AB[^C]", "a{2,}", "((a)|b)+c", "(?=(a))b"),
    *("^(?=.*a)(?=.*b).{2,}$", "(?=a|(?!b)c)", "(?<![ab]c)a"),
)  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text("abcABC1 \n", max_size=8))
def test_search_finds_what_the_standard_library_finds(pattern: str, text: str) -> None:
    tree = import_module("re._parser").parse(pattern)
    assert found_in(text, tree, pay=lambda _: None) is (re.search(pattern, text) is not None)


def test_search_that_needs_too_deep_a_stack_finds_nothing() -> None:
    tree = import_module("re._parser").parse("(?:ab)*")
    assert not found_in("ab" * 5000 + "c", import_module("re._parser").parse("^(?:ab)*c"), pay=lambda _: None)
    assert found_in("ab", tree, pay=lambda _: None)
