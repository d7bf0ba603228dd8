"""When events are due."""

import pytest

from mockserver.events.pacing import schedule
from mockserver.model.plan import Pace

TYPES = (
    "response.created",
    "response.output_item.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.completed",
)


@pytest.mark.parametrize(
    ("pace", "expected"),
    [
        pytest.param(Pace(), [(0, 6)], id="instant"),
        pytest.param(Pace(first=0.5), [(0.5, 6)], id="first"),
        pytest.param(Pace(rate=10), [(0, 2), (0.1, 3), (0.2, 6)], id="rate"),
        pytest.param(Pace(first=1, rate=2), [(1, 2), (1.5, 3), (2, 6)], id="both"),
    ],
)
def test_events_leave_as_the_pace_says(pace, expected):
    assert schedule(TYPES, pace, seed="") == expected


def test_jitter_stays_within_its_fraction_and_follows_from_the_seed():
    deltas = ["response.output_text.delta"] * 200
    parts = schedule(deltas, Pace(rate=10, jitter=0.5), seed="one")
    times = [due for due, _ in parts]
    gaps = [after - before for before, after in zip([0, *times], times, strict=False)]

    assert [end for _, end in parts] == list(range(1, 201))
    assert 0.05 <= min(gaps) < 0.07
    assert 0.13 < max(gaps) <= 0.15
    assert parts == schedule(deltas, Pace(rate=10, jitter=0.5), seed="one")
    assert parts != schedule(deltas, Pace(rate=10, jitter=0.5), seed="other")


@pytest.mark.parametrize(
    ("pace", "instant"), [(Pace(), True), (Pace(first=0.1), False), (Pace(rate=1), False), (Pace(jitter=0.5), True)]
)
def test_pace_is_instant_where_nothing_is_waited_for(pace, instant):
    assert pace.instant is instant
