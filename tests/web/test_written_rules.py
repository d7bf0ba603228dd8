"""Rules as text over the control API: read, checked, put in the place of others."""

import pytest

from mockserver import MockServer, Settings
from tests.support.http import send

MODEL = "gpt-4.1"
KEY = "sk-written-rules-0001"
WEATHER = "- name: weather\n  when: { input: weather }\n  reply: Sunny.\n"
WRONG = "- when:\n    imput: Hello\n  reply: Hi.\n- reply: x\n  times: none\n"


@pytest.fixture
def post(server, rules):  # noqa: ARG001 - the workspace is there while it is used
    """`post(path, text)` sends YAML to the control API."""

    def sent(path, text, *, content_type="application/yaml", **headers):
        body = text if isinstance(text, bytes) else text.encode()
        return send(
            server.base_url, "POST", f"/_mock/{path}", body, key=KEY, headers={"content-type": content_type, **headers}
        )

    return sent


@pytest.fixture
def get(server):
    return lambda path: send(server.base_url, "GET", f"/_mock/{path}", key=KEY)


@pytest.fixture
def rules(server):
    """The names of the workspace's rules."""
    workspace = server.workspace(KEY)
    yield lambda: [str(rule) for rule in workspace.script.rules]
    server.discard(workspace)


@pytest.mark.parametrize("kind", ["application/yaml", "text/yaml; charset=utf-8", "Application/X-YAML"])
def test_rules_may_be_sent_as_yaml(post, rules, kind):
    assert post("rules", WEATHER, content_type=kind).json["rules"][0]["rule"] == "weather (POST /_mock/rules:1)"
    assert rules() == ["weather (POST /_mock/rules:1)"]


def test_wrong_yaml_is_refused_with_the_lines_of_its_problems(post, rules):
    reply = post("rules", WRONG)
    lines = reply.json["error"]["message"].splitlines()

    assert (reply.status, reply.json["error"]["code"], rules()) == (400, "script_error", [])
    assert lines[0].startswith("POST /_mock/rules:2: when.imput: unknown key 'imput'. Did you mean 'input'?")
    assert lines[1].startswith("POST /_mock/rules:5: times: expected a number of times")


def test_check_names_line_and_field_and_changes_nothing(post, rules):
    problems = post("rules/check", WRONG).json["problems"]

    assert [(one["line"], one["field"]) for one in problems] == [(2, "when.imput"), (5, "times")]
    assert post("rules/check", WEATHER).json == {"problems": [], "rules": 1}
    assert rules() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "the file is empty; expected a list of rules.", id="empty"),
        pytest.param("- ]", "invalid YAML", id="syntax"),
        pytest.param("- &a { reply: x }", "anchors and aliases are not allowed", id="anchor"),
        pytest.param("#" * ((1 << 20) + 1), "larger than 1 MiB; split it.", id="size"),
    ],
)
def test_check_names_what_is_wrong_with_the_text_itself(post, text, message):
    (problem,) = post("rules/check", text).json["problems"]

    assert problem["message"].startswith(message)
    assert problem["line"] == 1


@pytest.mark.parametrize("path", ["rules", "rules/check"])
def test_text_that_is_none_is_refused(post, path):
    assert post(path, b"\xff").json["error"]["message"].startswith("The body is not UTF-8 text")


@pytest.mark.parametrize("path", ["rules", "rules/check", "rules?instead=1"])
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
def test_other_sites_neither_check_nor_change_rules(post, rules, path, origin):
    post("rules", WEATHER)
    before = rules()

    assert post(path, WEATHER, origin=origin).status == 403
    assert rules() == before


def test_rule_takes_the_place_of_another_one(post, get, rules):
    post("rules", WEATHER)
    post("rules", "- { name: last, reply: Any. }")
    (first, last) = get("rules/usage").json["rules"]

    post(f"rules?instead={first['number']}", "- { name: a, reply: A. }\n- { name: b, reply: B. }\n")

    assert [name.partition(" ")[0] for name in rules()] == ["a", "b", "last"]
    assert len({rule["number"] for rule in get("rules/usage").json["rules"]} | {first["number"]}) == 4
    gone = post(f"rules?instead={first['number']}", WEATHER)
    assert gone.json["error"]["message"].startswith(f"No rule {first['number']} can be replaced")
    assert last["number"] in {rule["number"] for rule in get("rules/usage").json["rules"]}


def test_rule_is_shown_as_it_was_written(server, post, get):
    post("rules", WEATHER)
    server.workspace(KEY).on(input="Hello").reply("Hi.")
    send(server.base_url, "POST", "/_mock/next", {"reply": "Once."}, key=KEY)
    usage = get("rules/usage").json["rules"]

    assert [(one["place"], one["written"]) for one in usage] == [
        ("queue", True),
        ("workspace", True),
        ("workspace", False),
    ]
    assert get(f"rules/{usage[1]['number']}").json["yaml"] == (
        "- name: weather\n  when:\n    input: weather\n  reply: Sunny.\n"
    )
    assert get(f"rules/{usage[2]['number']}").json["error"]["code"] == "unknown_rule"
    assert get("rules/4711").json["error"]["code"] == "unknown_rule"


def test_rules_of_fixture_files_are_not_replaced(tmp_path):
    file = tmp_path / "weather.yaml"
    file.write_text(WEATHER)
    with MockServer(Settings(fixtures=(str(file),))) as server:
        send(server.base_url, "GET", "/v1/models", key=KEY)
        (rule,) = send(server.base_url, "GET", "/_mock/rules/usage", key=KEY).json["rules"]
        body = [{"reply": "Any."}]
        refused = send(server.base_url, "POST", f"/_mock/rules?instead={rule['number']}", body, key=KEY)

        assert rule["place"] == "fixture"
        assert refused.json["error"]["message"].endswith("it is gone, queued, or stands in a fixture file.")
        assert [str(one) for one in server.workspace(KEY).script.rules] == [f"weather ({file}:1)"]
