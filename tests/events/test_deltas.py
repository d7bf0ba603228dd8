"""How texts are cut, and how deltas are padded."""

from collections.abc import Sequence

import pytest

from mockserver.events.deltas import Deltas, Padding, cut, splits_of
from mockserver.ids import Draws
from mockserver.spec.event_steps import Text

PIECES = Text(field="text", delta="x.delta", done="x.done", key="text")
WHOLE = Text(field="text", delta="x.delta", done="x.done", key="text", whole=True)


@pytest.mark.parametrize(
    ("text", "step", "expected"),
    [
        pytest.param("Hello there.", PIECES, ["Hello", " there", "."], id="words"),
        pytest.param("Hello there.", WHOLE, ["Hello there."], id="whole"),
        pytest.param("", PIECES, [], id="empty"),
        pytest.param("", WHOLE, [], id="empty-whole"),
    ],
)
def test_text_is_cut_as_its_step_says(text: str, step: Text, expected: Sequence[str]):
    assert list(cut(text, step)) == expected


@pytest.mark.parametrize(
    ("delta", "length"),
    [("", 0), ("a", 15), ("fifteen letters", 1), ("sixteen letters!", 0), ("seventeen letters", 15)],
)
def test_padding_fills_up_to_a_multiple_of_sixteen(delta, length):
    (padding,) = Padding(Draws(b"seed"))([delta])

    assert len(padding) == length
    assert padding.isalnum() or not padding


def test_padding_follows_from_its_seed():
    one, same, other = (Padding(Draws(seed)) for seed in (b"a", b"a", b"b"))

    assert one(["a"]) == same(["a"]) != other(["a"])


def test_padding_goes_on_from_one_text_to_the_next():
    whole, in_turn = Padding(Draws(b"seed")), Padding(Draws(b"seed"))

    assert whole(["a", "b", "c"]) == [*in_turn(["a", "b"]), *in_turn(["c"])]


def test_cuts_are_read_from_a_stream():
    place = {"output_index": 0, "content_index": 0}
    events = [
        {"type": "response.output_text.delta", **place, "delta": "He", "logprobs": []},
        {"type": "response.output_text.annotation.added", **place, "annotation": {}},
        {"type": "response.output_text.delta", **place, "delta": "llo", "logprobs": []},
        {"type": "response.image_generation_call.partial_image", "output_index": 1, "partial_image_b64": "aGk="},
    ]
    found = splits_of(events)

    assert found.deltas == {(0, "response.output_text.delta", 0): Deltas(texts=["He", "llo"], cited_after=[1])}
    assert found.images == {1: ["aGk="]}
