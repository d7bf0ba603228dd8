"""Which space a key names, and how many of them are remembered."""

from mockserver import MockServer, Settings
from mockserver.space import Space
from mockserver.web.access import Spaces
from tests.support.bodies import ask
from tests.support.http import send


def spaces(most: int = 9) -> Spaces:
    return Spaces(lambda key: Space(api_key=key), most=most)


def test_key_names_the_same_space_whoever_asks_between():
    known = spaces()
    one, two = known["one"], known["two"]

    assert (one.api_key, two.api_key) == ("one", "two")
    assert [known[key] for key in ("two", "two", "one", "two")] == [two, two, one, two]


def test_key_that_was_discarded_gets_a_new_space():
    known = spaces()
    first = known["one"]
    known.discard("one")
    known.discard("one")

    assert known["one"] is not first


def test_strays_are_what_came_with_keys_of_nobody():
    with MockServer() as server:
        mine = server.workspace("sk-mine")
        assert send(server.base_url, "GET", "/v1/models", key="sk-mine").status == 200
        assert send(server.base_url, "GET", "/v1/models", key="sk-from-elsewhere").status == 200
        assert send(server.base_url, "GET", "/v1/models").status == 401

        assert sorted(server.strays()) == [
            "Request #1 GET /v1/models -> 200 by default came with the key sk-from-*****here, which no workspace has.",
            "Request #1 GET /v1/models -> 401 by default came without an API key.",
        ]
        assert server.strays() == []
        assert len(mine.requests) == 1
        server.discard(mine)
        send(server.base_url, "GET", "/v1/models", key="sk-mine")
        assert len(server.strays()) == 1


def test_single_workspace_is_that_of_all_keys():
    with MockServer(Settings(single_workspace=True, api_keys=("sk-one", "sk-two"))) as server:
        mock = server.workspace("sk-any")
        statuses = [
            send(server.base_url, "GET", "/v1/models", key=key).status for key in ("sk-one", "sk-two", "sk-bad")
        ]

        assert statuses == [200, 200, 401]
        assert len(mock.requests) == 2
        assert len(server.workspace().requests) == 2


def test_space_not_used_for_longest_goes_first():
    with MockServer(Settings(max_workspaces=2)) as server:
        one, two = server.workspace("one"), server.workspace("two")
        for key in ("one", "three"):  # a request is a use
            assert send(server.base_url, "GET", "/v1/models", key=key).status == 200

        assert server.workspace("one").space is one.space
        assert server.workspace("two").space is not two.space


def test_workspace_that_somebody_set_up_outlives_those_of_strangers():
    with MockServer(Settings(max_workspaces=3)) as server:
        own = server.workspace()
        own.on().reply("In Python.")
        send(server.base_url, "POST", "/_mock/rules", [{"reply": "Over HTTP."}], key="controlled")
        for number in range(9):
            send(server.base_url, "POST", "/v1/responses", ask(), key=f"stranger {number}")
        said = [send(server.base_url, "POST", "/v1/responses", ask(), key=key) for key in (own.api_key, "controlled")]

    assert [reply.json["output"][0]["content"][0]["text"] for reply in said] == ["In Python.", "Over HTTP."]


def test_workspace_that_has_to_go_although_it_is_set_up_is_logged(caplog):
    found = spaces(most=2)
    for key in ("sk-mock-first-of-all", "sk-mock-second", "sk-mock-third"):
        found.claim(key)

    assert list(found) == ["sk-mock-second", "sk-mock-third"]
    assert "sk-mock-" in caplog.text
    assert "more than max_workspaces (2)" in caplog.text
    assert "first-of-all" not in caplog.text
