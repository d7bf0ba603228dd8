"""Which workspace a key names, and how many of them are remembered."""

from mockserver import Workspace
from mockserver.web.access import Workspaces


def workspaces(most=9):
    return Workspaces(lambda key: Workspace(api_key=key), most=most)


def test_key_names_the_same_workspace_whoever_asks_between():
    known = workspaces()
    one, two = known.of("one"), known.of("two")

    assert (one.api_key, two.api_key) == ("one", "two")
    assert [known.of(key) for key in ("two", "two", "one", "two")] == [two, two, one, two]


def test_key_that_was_discarded_gets_a_new_workspace():
    known = workspaces()
    first = known.of("one")
    known.discard("one")

    assert known.of("one") is not first


def test_workspace_not_used_for_longest_goes_first():
    known = workspaces(most=2)
    one, two = known.of("one"), known.of("two")
    known.of("one")
    known.of("three")

    assert known.of("one") is one
    assert known.of("two") is not two
