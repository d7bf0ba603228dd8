import multiprocessing

import pytest

from mockserver.cassette.format import Header
from mockserver.cassette.load import load, payload_folder, read_cassette
from mockserver.cassette.writer import CassetteWriter
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from tests.cassette.streams import streamed, unpadded

HEADER = Header(upstream="https://api.openai.com", recorded_at=1_767_225_600)
FIRST, SECOND = RecordedExchange(body={"n": 1}), streamed(["Grüße, ", "nicht ", "𝄞."])


@pytest.fixture
def tape(tmp_path):
    path = tmp_path / "cassettes" / "tape.yaml"
    with CassetteWriter(path, header=HEADER) as writer:
        writer.add(FIRST)
        writer.add(SECOND)
    return path


def test_writer_leaves_each_exchange_loadable_before_the_next(tmp_path):
    path = tmp_path / "tape.yaml"
    writer = CassetteWriter(path, header=HEADER)
    assert load(path).exchanges == []
    writer.add(FIRST)

    assert [exchange.body for exchange in load(path).exchanges] == [{"n": 1}]
    assert load(path).header == HEADER


def test_torn_file_loads_with_every_earlier_exchange_wherever_it_was_torn(tape):
    raw = tape.read_bytes()
    start = raw.rindex(b"---\n")

    for end in range(start + 1, len(raw) - len(b"\n")):  # without its last line end, the end line is one still
        cassette = read_cassette(raw[:end], file="tape.yaml", payload=dict[str, bytes]().__getitem__)
        assert [exchange.body for exchange in cassette.exchanges] == [{"n": 1}]
        assert len(cassette.warnings) == 1
    assert str(cassette.warnings[0]).startswith("tape.yaml, line 14: the last exchange has no end line")
    assert read_cassette(raw[:start], file="tape.yaml", payload=dict[str, bytes]().__getitem__).warnings == []


def test_writer_goes_on_where_a_killed_one_was_torn(tape):
    tape.write_bytes(tape.read_bytes()[:-9])

    with CassetteWriter(tape, header=HEADER) as writer:
        writer.add(SECOND)

    cassette = load(tape)
    assert cassette.warnings == []
    assert unpadded(cassette.exchanges[1].events) == unpadded(SECOND.events)


def test_writer_refuses_a_file_that_is_no_cassette(tmp_path):
    path = tmp_path / "notes.yaml"
    path.write_text("buy: milk\n")

    with pytest.raises(CassetteError, match=r"notes\.yaml, line 1: not a cassette"):
        CassetteWriter(path, header=HEADER)
    assert path.read_text() == "buy: milk\n"


def _try_to_write(path, results):
    try:
        CassetteWriter(path, header=HEADER)
    except CassetteError as error:
        results.put(str(error))
    else:
        results.put("written")


def test_second_process_is_told_that_a_cassette_is_taken(tmp_path):
    path = tmp_path / "tape.yaml"
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    with CassetteWriter(path, header=HEADER):
        other = context.Process(target=_try_to_write, args=(path, results))
        other.start()
        other.join()

    assert "another process is recording into this cassette" in results.get(timeout=10)


def test_lock_is_free_again_when_the_writer_is_closed(tape):
    writer = CassetteWriter(tape, header=HEADER)
    writer.close()
    writer.close()

    CassetteWriter(tape, header=HEADER).close()


def test_writer_leaves_nothing_else_beside_the_cassette(tape):
    with CassetteWriter(tape, header=HEADER) as writer:
        writer.add(RecordedExchange(body=b"\xff" * 10_000))

    assert sorted(path.name for path in tape.parent.iterdir()) == ["tape.yaml", "tape.yaml.files"]
    assert len(list(payload_folder(tape).iterdir())) == 1
    assert load(tape).exchanges[2].body == b"\xff" * 10_000


def test_writer_keeps_secrets_off_the_disk_and_names_them(tmp_path):
    path = tmp_path / "tape.yaml"
    key = "sk-" + "proj-" + "a1B2" * 12
    with CassetteWriter(path, header=Header(upstream="https://me:hunter2@proxy.example")) as writer:
        findings = writer.add(
            RecordedExchange(upstream="https://me:hunter2@proxy.example", body={"echo": f"it is {key}"})
        )

    assert [str(finding) for finding in findings] == ["password at upstream", "api key at response/body/echo"]
    assert key not in path.read_text()
    assert "hunter2" not in path.read_text()
    assert load(path).exchanges[0].body == {"echo": "it is sk-proj-REDACTED"}


@pytest.fixture
def writer(tmp_path):
    with CassetteWriter(tmp_path / "tape.yaml", header=HEADER) as writer:
        writer.add(FIRST)
        yield writer


def deleted(path):
    path.unlink()


def replaced(path):
    """As an editor saves a file, and git puts one back."""
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


@pytest.mark.parametrize("change", [deleted, replaced])
def test_exchange_does_not_go_into_a_file_that_nobody_finds(writer, tmp_path, change):
    path = tmp_path / "tape.yaml"
    change(path)

    with pytest.raises(CassetteError, match=r"tape\.yaml: the cassette was deleted or replaced while"):
        writer.add(SECOND)

    with CassetteWriter(path, header=HEADER) as next_writer:
        next_writer.add(SECOND)
    assert [exchange.body for exchange in load(path).exchanges[:-1]] == ([] if change is deleted else [{"n": 1}])
    assert unpadded(load(path).exchanges[-1].events) == unpadded(SECOND.events)


def test_cassette_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(CassetteError, match="the cassette cannot be opened for recording: Is a directory"):
        CassetteWriter(tmp_path, header=HEADER)


def test_payload_that_cannot_be_written_is_refused(writer, tmp_path):
    payload_folder(tmp_path / "tape.yaml").write_text("a file in the way")
    image = RecordedExchange(body={"data": "data:image/png;base64," + "iVBORw0KGgo" * 2000})

    with pytest.raises(CassetteError, match=r"tape\.yaml: an exchange cannot be written: "):
        writer.add(image)

    writer.add(FIRST)
    assert [exchange.body for exchange in load(tmp_path / "tape.yaml").exchanges] == [{"n": 1}, {"n": 1}]
