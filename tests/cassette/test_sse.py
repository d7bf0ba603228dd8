import pytest

from mockserver.cassette.sse import SseReader, read_frame, read_stream

CREATED = b'event: response.created\ndata: {"type":"response.created","sequence_number":0}\n\n'
DONE = b'event: response.completed\r\ndata: {"type":"response.completed","sequence_number":1}\r\n\r\n'
EVENTS = [{"type": "response.created", "sequence_number": 0}, {"type": "response.completed", "sequence_number": 1}]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_reader_gives_the_same_events_for_chunks_of_any_size(size):
    raw = CREATED + DONE
    reader = SseReader()

    frames = [frame for at in range(0, len(raw), size) for frame in reader.feed(raw[at : at + size])]

    assert frames == EVENTS
    assert reader.end() == []


def test_reader_gives_a_last_frame_without_its_blank_line_at_the_end_only():
    reader = SseReader()

    assert reader.feed(CREATED.rstrip(b"\n")) == []
    assert reader.end() == EVENTS[:1]


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(": keep-alive", id="comment"),
        pytest.param("data: [DONE]", id="done"),
        pytest.param('data: {"choices":[]}', id="another api's chunk"),
        pytest.param('event: other\ndata: {"type":"response.created"}', id="name of another event"),
        pytest.param('id: 7\ndata: {"type":"response.created"}', id="with an id"),
        pytest.param('data: {"type":"response.cr', id="cut off"),
        pytest.param('data: {"type":"x","n":NaN}', id="not quite json"),
        pytest.param('data: ["type"]', id="array"),
        pytest.param('data: {"type":"x","n":' + "[" * 100 + "]" * 100 + "}", id="nested too deep"),
        pytest.param('data: {"type":"x","n":' + "[" * 50_000 + "]" * 50_000 + "}", id="nested beyond the stack"),
    ],
)
def test_frame_that_is_no_event_is_kept_as_its_text(frame):
    assert read_frame(frame.encode()) == frame


def test_frame_needs_no_event_line_and_may_have_several_data_lines():
    assert read_frame(b'data: {"type":\ndata: "response.created"}') == {"type": "response.created"}


def test_stream_keeps_asides_with_the_number_of_events_before_them():
    events, other_frames = read_stream(b": hello\n\n" + CREATED + DONE + b"data: [DONE]\n\n")

    assert events == EVENTS
    assert other_frames == ((0, ": hello"), (2, "data: [DONE]"))
