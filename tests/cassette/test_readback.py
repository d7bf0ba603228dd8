"""What is read back without a YAML parser is what a YAML parser reads."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.cassette.format import Header, dump_exchange, dump_header
from mockserver.cassette.readback import read_back
from mockserver.model.recorded import RecordedExchange
from tests.cassette.streams import streamed

TEXTS = st.text() | st.sampled_from(
    ["a\nb\n\n", "\n  a\n b", "\ta\nb", "# a\n...", "true", "No", "a: b", "12", "a b:c"]
)
BODIES = st.dictionaries(TEXTS, TEXTS | st.integers() | st.lists(TEXTS, max_size=3), max_size=4)
EXCHANGES = st.builds(
    RecordedExchange,
    method=TEXTS,
    url_path=TEXTS,
    request_headers=st.dictionaries(TEXTS, TEXTS, max_size=6),
    request_body=BODIES | TEXTS | st.binary(),
    body=BODIES | TEXTS,
    events=st.none() | st.lists(st.builds(lambda kind: {"type": kind}, TEXTS), max_size=3),
    other_frames=st.lists(st.tuples(st.integers(0, 9), TEXTS), max_size=2).map(tuple),
    times=st.lists(st.floats(0, 1e6), max_size=40).map(tuple),
    started=st.none() | st.integers(0, 10**12).map(lambda thousandths: thousandths / 1000),
    complete=st.booleans(),
)
STREAM = dump_exchange(streamed(["Grüße, ", "nicht\n", "\t𝄞."], times=(0.5,) * 60)).text.removesuffix("...\n").encode()


def by_yaml(raw):
    return yaml.safe_load(raw.decode())


@given(exchange=EXCHANGES)
def test_written_exchange_is_read_back(exchange):
    raw = dump_exchange(exchange).text.removesuffix("...\n").encode()

    assert read_back(raw) == by_yaml(raw)


def test_written_header_and_stream_are_read_back():
    raw = dump_header(Header(upstream="http://[::1]:80", client="it's 1: a #b")).removesuffix("...\n").encode()

    assert read_back(raw) == by_yaml(raw)
    assert read_back(STREAM) == by_yaml(STREAM)


@given(data=st.data())
def test_edited_document_is_left_alone_or_read_as_yaml_has_it(data):
    """Lines lost, doubled, swapped, indented, or written as another hand might."""
    lines = STREAM.decode().splitlines(keepends=True)
    place, other = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    line = lines[place]
    lines[place] = data.draw(
        st.sampled_from(
            ["", "\n", "  \n", " \n", line * 2, f"  {line}", f" {line}", line[1:], line[2:], f"# {line}", f"\t{line}"]
            + [
                line.replace(old, new)
                for old, new in (("|-", "|"), (">-", "|+"), (": ", ":  "), ('"', "'"), ("\n", " #"))
            ]
            + [line.replace("\n", end) for end in (" # note\n", " \n", "\r\n", "\x85\n", "\u2028\n")]
            + [lines[other]]
        )
    )
    raw = "".join(lines).encode()

    found = read_back(raw)

    if found is not None:
        assert found == by_yaml(raw)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("# a comment\nrequest: a\n", id="comment"),
        pytest.param("request: yes\n", id="word of yaml"),
        pytest.param("yes: a\n", id="word of yaml as a key"),
        pytest.param("request: 'a'\n", id="single quotes"),
        pytest.param("request: 0x10\n", id="number of another base"),
        pytest.param("request: 1e3\n", id="number that is a text in yaml"),
        pytest.param("request: 2026-01-01\n", id="date"),
        pytest.param("request: a # b\n", id="comment behind a value"),
        pytest.param("request: a\n  b\n", id="text of two lines"),
        pytest.param("request:\n", id="no value"),
        pytest.param("request:\n   method: GET\n", id="other indentation"),
        pytest.param("request: |\n    a\n  b\n", id="block whose indentation is not told"),
        pytest.param("request: >-\n  a\n  b\n", id="folded text"),
        pytest.param("request: &a b\n", id="anchor"),
        pytest.param("- request\n", id="list"),
        pytest.param("request: a\r\n", id="carriage return"),
        pytest.param("request: |\n  a\x85\n", id="other line end"),
        pytest.param('request: {"a": "b"} # c\n', id="comment behind json"),
    ],
)
def test_other_layout_is_left_to_a_yaml_parser(text):
    assert read_back(text.encode()) is None


def test_bytes_that_are_no_text_are_left_to_a_yaml_parser():
    assert read_back(b"request: \xff\n") is None
