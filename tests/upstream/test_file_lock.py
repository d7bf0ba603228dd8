"""One process at a time records into a cassette; the next one waits, says so, and gives up in the end."""

import logging
import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from mockserver.errors import CassetteError
from mockserver.upstream import FileLock

SECONDS = 30


def hold(path: Path, channel: Connection) -> None:
    """In another process: take the lock, say so, and keep it until told."""
    lock = FileLock(path)
    channel.send("held")
    channel.recv()
    lock.release()
    channel.send("released")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Connection]:
    """A channel to a process that has the lock."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold, args=(tmp_path / "c.yaml", theirs))
    process.start()
    assert ours.poll(SECONDS)
    assert ours.recv() == "held"
    yield ours
    process.kill()
    process.join()
    process.close()
    ours.close()
    theirs.close()


def test_wait_is_announced_and_ends_in_an_error(held: Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(CassetteError, match=r"for more than 0\.2 s\. End it, or give"),
    ):
        FileLock(tmp_path / "c.yaml", patience=0.2)

    assert caplog.messages == [f"Waiting for another process that records into {tmp_path / 'c.yaml'}."]
    assert not held.closed


def test_lock_is_had_when_the_other_process_is_done(held: Connection, tmp_path: Path):
    held.send("enough")
    FileLock(tmp_path / "c.yaml", patience=SECONDS).release()

    assert held.poll(SECONDS)
    assert held.recv() == "released"


def test_nothing_is_left_of_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    lock = FileLock(tmp_path / "c.yaml")
    assert len(list(tmp_path.glob("*.lock"))) == 1
    lock.release()
    lock.release()

    assert list(tmp_path.iterdir()) == []


def test_other_cassettes_are_free(held: Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    FileLock(tmp_path / "other.yaml", patience=0).release()

    assert (caplog.messages, held.closed) == ([], False)
