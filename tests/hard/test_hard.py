"""The short forms of the scripts in this folder: they find what is wrong always, not what is wrong now and then."""

from tests.hard import bad_requests


def test_bad_requests_get_answers():
    report = bad_requests.run(390)

    del report.problems[bad_requests.SLOW]  # that depends on the machine
    assert report.problems == {}, "\n".join(report.examples)
    assert report.sent >= 390
