"""The short forms of the scripts in this folder: what they find wrong is wrong on every machine."""

import sys

import pytest

from tests.hard import bad_requests, cut_streams, fresh_keys, killed_recorders, secrets, slow_inputs
from tests.support.slow_inputs import SCHEMAS


def test_bad_requests_get_answers():
    report = bad_requests.run(390)

    del report.problems[bad_requests.SLOW]  # that depends on the machine
    assert report.problems == {}, "\n".join(report.examples)
    assert report.sent >= 390


@pytest.mark.skipif(sys.platform != "linux", reason="sockets are counted in /proc")
def test_cut_streams_leave_nothing():
    report = cut_streams.run(40)

    assert report.is_clean, str(report)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read in /proc")
def test_fresh_keys_are_answered():
    report = fresh_keys.run(1 / 60, max_workspaces=3)

    assert (report.failures, report.keys > 3, bool(report.memory)) == (0, True, True), str(report)


def test_sixty_inputs_are_slow_and_are_answered():
    assert len(list(slow_inputs.inputs())) == 60
    report = slow_inputs.run(lambda slow: slow.name in {"schema: long enum", "matcher: reference to itself"}, quiet=0)

    assert report.statuses == {"schema: long enum": 400, "matcher: reference to itself": 400}
    assert len(SCHEMAS) == 24


def test_planted_secrets_are_not_left():
    report = secrets.run(step=20)

    assert (report.left, report.changed) == (0, 0), str(report)


@pytest.mark.skipif(sys.platform != "linux", reason="disks are full by a limit of the process")
def test_harmed_recorders_lose_nothing_in_silence():
    report = killed_recorders.run(1, kinds=("full", "gone"))  # tests/web/test_recorder_kill.py kills

    assert (report.lost, report.unsaid) == (0, 0), str(report)
    assert report.got
