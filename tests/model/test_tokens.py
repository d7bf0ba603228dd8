"""Cutting text like a tokenizer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.model.tokens import clusters, count, split

TEXT = st.text() | st.lists(
    st.sampled_from(
        ["a", " ", "word", "\n", "\r\n", "e\u0301", "日本", "👩‍👩‍👧", "👍🏽", "🇩🇪🇫🇷", "한국", "ไทย", "12345"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("Hello there, friend.", ["Hello", " there", ",", " friend", "."], id="words"),
        pytest.param("It's 12345.", ["It's", " 123", "45", "."], id="apostrophe-and-digits"),
        pytest.param("a\n\nb", ["a", "\n\n", "b"], id="line-ends"),
        pytest.param("Grüße an alle", ["Grüße", " an", " alle"], id="umlauts"),
        pytest.param("日本語", ["日", "本", "語"], id="cjk"),
        pytest.param("👩‍👩‍👧👍🏽", ["👩‍👩‍👧", "👍🏽"], id="joined-emoji"),
        pytest.param("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"], id="flags"),
        pytest.param("e\u0301te\u0301", ["e\u0301te\u0301"], id="combining-marks"),
    ],
)
def test_text_is_cut_into_tokens(text, expected):
    assert split(text) == expected
    assert count(text) == len(expected)


@pytest.mark.parametrize("words", [pytest.param(3, id="short"), pytest.param(3000, id="long")])
def test_text_that_comes_again_counts_the_same(words):
    text = " ".join(["word"] * words)

    assert [count(text), count(text)] == [words, words]


@given(text=TEXT)
def test_tokens_make_up_the_text(text):
    assert "".join(split(text)) == text
    assert all(split(text))


@given(text=TEXT)
def test_cut_never_falls_inside_a_cluster(text):
    ends, position = set(), 0
    for cluster in clusters(text):
        position += len(cluster)
        ends.add(position)
    position = 0
    for token in split(text):
        position += len(token)
        assert position in ends or text.isascii()
