"""Tokens: cutting text like a tokenizer, and counting whatever an item says, wherever its type keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.model import build
from mockserver.model.request import CreateRequest
from mockserver.model.tokens import PER_REASONING, clusters, count, input_tokens, split, usage
from tests.support.bodies import ask

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


WORDS = "one two three four"  # four tokens
PICTURE = "iVBORw0KGgo" * 50


def spent(item):
    return usage(CreateRequest(ask()), [item])["output_tokens"]


def read(item):
    """The tokens of one more item in the input, without those that each item costs."""
    return input_tokens(CreateRequest(ask(input=[item]))) - input_tokens(CreateRequest(ask(input=""))) - 4


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(build.message(WORDS), id="message"),
        pytest.param(build.function_call("f", WORDS), id="arguments"),
        pytest.param(build.custom_tool_call("f", WORDS), id="input"),
        pytest.param(build.code_interpreter_call(WORDS, container_id="cntr_1", outputs=WORDS), id="code, not its log"),
        pytest.param(build.mcp_call("s", "f", WORDS, output=WORDS), id="arguments, not what came back"),
        pytest.param(build.web_search_call(WORDS, sources=["https://a.example"]), id="query, not its sources"),
        pytest.param(build.file_search_call([WORDS]), id="queries"),
        pytest.param(build.image_generation_call(PICTURE, revised_prompt=WORDS), id="prompt, not the picture"),
        pytest.param(build.local_shell_call([WORDS]), id="command"),
        pytest.param(build.shell_call([WORDS]), id="commands"),
        pytest.param(build.program(WORDS, fingerprint="fp"), id="program"),
    ],
)
def test_what_the_model_wrote_costs_its_tokens_and_one(item):
    assert spent(item) == 4 + 1


def test_reasoning_costs_what_is_hidden_and_what_it_shows():
    assert spent(build.reasoning(WORDS)) == PER_REASONING + 4


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"type": "message", "role": "user", "content": WORDS}, id="message"),
        pytest.param({"type": "function_call_output", "call_id": "c", "output": WORDS}, id="output"),
        pytest.param(
            {
                "type": "function_call_output",
                "call_id": "c",
                "output": [{"type": "input_text", "text": WORDS}, {"type": "input_image", "image_url": PICTURE}],
            },
            id="parts of an output",
        ),
        pytest.param(build.shell_call_output("c", WORDS), id="what a shell printed"),
        pytest.param(build.mcp_call("s", "f", "", output=WORDS), id="what an mcp server answered"),
        pytest.param(build.code_interpreter_call("", container_id="cntr_1", outputs=WORDS), id="log of code"),
        pytest.param({"type": "computer_call_output", "call_id": "c", "output": {"image_url": WORDS}}, id="picture"),
    ],
)
def test_what_the_model_reads_is_counted(item):
    assert read(item) == (0 if item["type"] == "computer_call_output" else 4)
