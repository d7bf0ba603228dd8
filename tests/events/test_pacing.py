"""When events are due."""

import pytest

from mockserver.events.pacing import due_times
from mockserver.ids import Draws
from mockserver.model.plan import Pace

EVENTS = [
    {"type": kind}
    for kind in (
        "response.created",
        "response.output_item.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.completed",
    )
]


@pytest.mark.parametrize(
    ("pace", "expected"),
    [
        pytest.param(Pace(), [0, 0, 0, 0, 0, 0], id="instant"),
        pytest.param(Pace(first=0.5), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], id="first"),
        pytest.param(Pace(rate=10), [0, 0, 0.1, 0.2, 0.2, 0.2], id="rate"),
        pytest.param(Pace(first=1, rate=2), [1, 1, 1.5, 2, 2, 2], id="both"),
    ],
)
def test_events_are_due_as_the_pace_says(pace, expected):
    assert list(due_times(EVENTS, pace, Draws(b""))) == pytest.approx(expected)


def test_jitter_stays_within_its_fraction_and_follows_from_the_seed():
    deltas = [{"type": "response.output_text.delta"}] * 200
    times = list(due_times(deltas, Pace(rate=10, jitter=0.5), Draws(b"seed")))
    gaps = [after - before for before, after in zip([0, *times], times, strict=False)]

    assert 0.05 <= min(gaps) < 0.07
    assert 0.13 < max(gaps) <= 0.15
    assert times == list(due_times(deltas, Pace(rate=10, jitter=0.5), Draws(b"seed")))


@pytest.mark.parametrize(
    ("pace", "instant"), [(Pace(), True), (Pace(first=0.1), False), (Pace(rate=1), False), (Pace(jitter=0.5), True)]
)
def test_pace_is_instant_where_nothing_is_waited_for(pace, instant):
    assert pace.instant is instant
