"""Routes that create no response: scripted, failed, answered by default, or told that nobody answers them."""

import math
from functools import partial

import openai
import pytest

from mockserver import MockServer, ScriptError, Settings
from tests.support.bodies import ask
from tests.support.broken_requests import LOOKED_AT
from tests.support.http import Connection, send

MODEL = "gpt-4o"
NO_RETRY = {"x-should-retry": "false"}


def unserved(path, method="POST"):
    return {
        "error": {
            "message": (
                f"This mock server does not answer {method} {path}: it serves the Responses and Conversations APIs."
                f' Write a rule that does: mock.on(method="{method}", path="{path}").reply(json={{…}}), or replay a'
                " recording."
            ),
            "type": "mock_server_error",
            "param": None,
            "code": "unserved_route",
        }
    }


# Scripted


def test_rule_answers_any_route(workspace, raw):
    workspace.on(method="POST", path="/v1/files").reply(json={"id": "file-1", "object": "file"})
    reply = raw("POST", "/v1/files", {"purpose": "assistants"})

    assert (reply.status, reply.json) == (200, {"id": "file-1", "object": "file"})
    assert reply.header("content-type") == "application/json"
    (exchange,) = workspace.requests
    assert (exchange.rule, exchange.miss) == (workspace.script.rules[0].title, None)
    assert workspace.problems() == []


@pytest.mark.parametrize(
    ("reply", "sent"),
    [
        pytest.param({"text": "pong"}, (200, b"pong", "text/plain; charset=utf-8"), id="text"),
        pytest.param({"body": b"\x00\x01"}, (200, b"\x00\x01", "application/octet-stream"), id="bytes"),
        pytest.param({"json": [1]}, (200, b"[\n  1\n]", "application/json"), id="json"),
        pytest.param({"status": 204}, (204, b"", None), id="nothing"),
        pytest.param(
            {"text": "<a/>", "headers": {"Content-Type": "text/xml"}, "status": 201},
            (201, b"<a/>", "text/xml"),
            id="xml",
        ),
    ],
)
def test_reply_is_what_is_written(workspace, raw, reply, sent):
    workspace.on(path="/v1/thing").reply(**reply)
    got = raw("GET", "/v1/thing")

    assert (got.status, got.body, got.header("content-type")) == sent


def test_first_part_is_the_body(workspace, raw):
    workspace.on(path="/v1/text").reply("pong")
    workspace.on(path="/v1/json").reply({"pong": True})
    workspace.on(path="/v1/made").reply(lambda request: {"method": request.method, "got": request.body})

    assert raw("GET", "/v1/text").body == b"pong"
    assert raw("GET", "/v1/json").json == {"pong": True}
    assert raw("PUT", "/v1/made", {"a": 1}).json == {"method": "PUT", "got": {"a": 1}}


def test_replies_come_one_after_the_other_and_count(workspace, raw):
    workspace.on(path="/v1/batches/*").times(3).reply(json={"status": "validating"}).reply(json={"status": "completed"})

    assert [raw("GET", "/v1/batches/b1").json.get("status") for _ in range(3)] == [
        "validating",
        "completed",
        "completed",
    ]
    assert raw("GET", "/v1/batches/b1").json == unserved("/v1/batches/b1", "GET")
    assert len(workspace.problems()) == 1


def test_rule_sees_body_headers_and_method(workspace, raw):
    workspace.on(path="/v1/images/*", method="post", json={"size": "small"}, headers={"x-team": "red"}).reply("yes")
    workspace.on(path="/v1/images/*").reply("no")
    body = {"size": "small"}

    assert raw("POST", "/v1/images/generations", body, headers={"x-team": "red"}).body == b"yes"
    assert raw("POST", "/v1/images/generations", body).body == b"no"
    assert raw("PUT", "/v1/images/generations", body, headers={"x-team": "red"}).body == b"no"


@pytest.mark.parametrize("body", [b"", b"no json", [1], {"input": 5, "tools": "x", "conversation": 7, "model": []}])
def test_whatever_comes_is_asked_about(workspace, raw, body):
    workspace.on(path="/v1/odd", input="never").reply("no")
    workspace.on(path="/v1/odd", message="never", tools="never", model="never").reply("no")
    workspace.on(path="/v1/odd").reply("odd")

    assert raw("POST", "/v1/odd", body).body == b"odd"


def test_yaml_has_the_same(tmp_path):
    (tmp_path / "routes.yaml").write_text(
        """
- when: {method: POST, path: /v1/embeddings, input: hello}
  reply:
    json: {object: list, said: "${input}", asked: "${body.model}"}
    headers: {x-asked: "${header.x-asks}"}
- when: {path: /v1/files/*}
  replies: [{json: {status: uploaded}}, {json: {status: processed}}]
- when: {operation: responses.retrieve}
  times: 1
  fault: {status: 503}
- when: {input: hello}
  reply: Hi.
"""
    )
    with MockServer(Settings(fixtures=(str(tmp_path),))) as server:
        ask_for = partial(send, server.base_url, key="sk-1")
        hello = {"model": "m", "input": "Hello!"}
        embedded = ask_for("POST", "/v1/embeddings", hello, headers={"x-asks": "why"})
        files = [ask_for("GET", "/v1/files/f").json for _ in range(2)]
        made = ask_for("POST", "/v1/responses", ask("hello")).json
        read = [ask_for("GET", f"/v1/responses/{made['id']}").status for _ in range(2)]

    assert embedded.json == {"object": "list", "said": "Hello!", "asked": "m"}
    assert embedded.header("x-asked") == "why"
    assert files == [{"status": "uploaded"}, {"status": "processed"}]
    assert read == [503, 200]


def test_control_api_takes_them_too(raw, workspace):
    added = raw("POST", "/_mock/rules", [{"when": {"path": "/v1/files"}, "reply": {"json": {"id": "file-1"}}}])
    assert added.status == 200
    assert raw("POST", "/v1/files", {}).json == {"id": "file-1"}
    found = raw("POST", "/_mock/requests/search", {"path": "/v1/files"}).json["requests"]
    assert [each["path"] for each in found] == ["/v1/files"]
    assert len(workspace.assert_called(path="/v1/files", method="POST")) == 1


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"jsn": {}}, "jsn: unknown key 'jsn'. Did you mean 'json'?"),
        ({"json": {}, "text": ""}, "expected one of json, text, body, got json and text."),
        ({"status": 99}, "status: expected an HTTP status, 200 to 599, got an integer 99."),
        ({"status": "200"}, "status: expected an HTTP status, 200 to 599, got a string '200'."),
        ({"text": 5}, "text: expected a string, got an integer 5."),
        ({"body": "text"}, "body: expected bytes, got a string 'text'."),
        ({"headers": {"x-a": 1}}, "headers.x-a: expected a string, got an integer 1."),
        ({"usage": {"input_tokens": 1}}, "usage: unknown key 'usage'."),
    ],
)
def test_reply_that_no_route_could_have_is_refused(workspace, reply, message):
    with pytest.raises(ScriptError) as raised:
        workspace.on(path="/v1/files").reply(**reply)
    assert str(raised.value).startswith(message)


def test_two_bodies_are_refused(workspace):
    with pytest.raises(ScriptError, match="a reply to another route has one body, got 2"):
        workspace.on(path="/v1/files").reply("one", "two")


def test_reply_that_is_no_json_is_an_error_that_says_so(workspace, raw):
    workspace.on(path="/v1/files").reply(json={"at": object()})
    reply = raw("POST", "/v1/files", {})

    assert (reply.status, reply.json["error"]["code"]) == (400, "script_error")
    assert reply.json["error"]["message"].startswith("The reply to POST /v1/files cannot be JSON: ")


# Faults of every route


@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [
        ("responses.retrieve", "GET", "/v1/responses/{response}"),
        ("responses.cancel", "POST", "/v1/responses/{response}/cancel"),
        ("responses.delete", "DELETE", "/v1/responses/{response}"),
        ("responses.input_items.list", "GET", "/v1/responses/{response}/input_items"),
        ("responses.input_tokens", "POST", "/v1/responses/input_tokens"),
        ("conversations.create", "POST", "/v1/conversations"),
        ("conversations.items.list", "GET", "/v1/conversations/{conversation}/items"),
        ("models.list", "GET", "/v1/models"),
    ],
)
def test_fault_of_one_route_alone(workspace, raw, operation, method, path):
    workspace.unmatched = "answer"
    background = operation == "responses.cancel"
    response = raw("POST", "/v1/responses", {**ask(), "background": background}).json["id"]
    conversation = raw("POST", "/v1/conversations", {}).json["id"]
    workspace.on(operation=operation).times(1).fault(status=429, code="rate_limit_exceeded", retry_after=0.5)
    path = path.format(response=response, conversation=conversation)
    body = {"model": MODEL, "input": "x"} if operation == "responses.input_tokens" else None

    assert raw("POST", "/v1/responses", ask()).status == 200
    failed = raw(method, path, body)
    assert (failed.status, failed.header("retry-after-ms")) == (429, "500")
    assert failed.json["error"]["code"] == "rate_limit_exceeded"
    assert raw(method, path, body).status == 200
    assert workspace.problems() == []


def test_fault_of_the_transport_breaks_what_would_be_answered(workspace, raw):
    workspace.on(operation="conversations.create").times(1).fault(cut_after=1)
    with Connection(workspace.base_url) as connection:
        connection.request("POST", "/v1/conversations", {}, key=workspace.api_key)
        cut = connection.reply()

    assert (cut.end, cut.body.endswith(b"}")) == ("closed", False)
    assert raw("POST", "/v1/conversations", {}).json["object"] == "conversation"


def test_fault_breaks_a_scripted_reply(workspace):
    workspace.on(path="/v1/files").reply(json={"id": "file-1"}).fault(half_event=1)

    with Connection(workspace.base_url) as connection:
        connection.request("GET", "/v1/files", key=workspace.api_key)
        assert connection.reply().end == "closed"


def test_rule_for_all_paths_fails_all_of_them(workspace, raw):
    workspace.on(path="*").fault(status=503)

    assert [raw(*each).status for each in (("POST", "/v1/responses", ask()), ("GET", "/v1/models"))] == [503, 503]


def test_reply_of_a_model_leaves_other_routes_alone(workspace, raw):
    workspace.on(path="/v1/*").reply("Hi.")

    assert raw("GET", "/v1/models").json["object"] == "list"
    assert raw("POST", "/v1/responses", ask()).json["output"][0]["content"][0]["text"] == "Hi."


def test_rule_without_a_route_is_about_creations_alone(workspace, raw):
    workspace.on().fault(status=503)
    workspace.on(not_={"model": "x"}).reply("Hi.")

    assert raw("GET", "/v1/models").status == 200


def test_rules_about_other_routes_keep_the_default_answer(workspace, raw):
    workspace.on(path="/v1/embeddings").reply(json={})

    assert raw("POST", "/v1/responses", ask()).json["status"] == "completed"


# Nobody answers


@pytest.mark.parametrize("path", ["/v1/files", "/v1/chat/completions", "/v1/vector_stores/vs_1/search"])
def test_route_that_nobody_answers_is_a_problem_of_the_test(workspace, raw, path):
    reply = raw("POST", path, {})

    assert (reply.status, reply.json) == (404, unserved(path if path != "/v1" else "/v1/v1"))
    assert reply.header("x-should-retry") == "false"
    (problem,) = workspace.problems()
    assert problem.startswith(
        f"Request #1 POST {path if path != '/v1' else '/v1/v1'} -> 404 by no rule\nThis mock server"
    )


def test_sdk_does_not_retry_it(workspace, client):
    with pytest.raises(openai.NotFoundError, match="Write a rule that does"):
        client.with_options(max_retries=3).vector_stores.create(name="x")
    assert len(workspace.requests) == 1


# Embeddings and moderations


def norm(vector):
    return math.sqrt(sum(number * number for number in vector))


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("model", "size", "options"),
    [
        ("text-embedding-3-small", 1536, {}),
        ("text-embedding-3-large", 3072, {}),
        ("text-embedding-ada-002", 1536, {}),
        ("text-embedding-3-small", 256, {"dimensions": 256}),
        ("text-embedding-3-small", 1536, {"encoding_format": "float"}),
    ],
)
def test_embedding_is_a_unit_vector_of_the_models_size(client, model, size, options):
    made = client.embeddings.create(model=model, input="The food was delicious.", **options)
    (vector,) = (each.embedding for each in made.data)

    assert (len(vector), made.model) == (size, model)
    assert norm(vector) == pytest.approx(1, abs=1e-4)
    assert made.usage.prompt_tokens == made.usage.total_tokens > 0


def test_embeddings_follow_from_the_text_alone(client):
    texts = ["red apples and pears", "green apples and pears", "a train to Berlin"]
    several = client.embeddings.create(model="text-embedding-3-small", input=texts).data
    alone = client.embeddings.create(model="text-embedding-3-small", input=texts[1]).data[0].embedding
    red, green, train = (each.embedding for each in several)

    assert [each.index for each in several] == [0, 1, 2]
    assert green == alone
    assert cosine(red, green) > 0.5 > abs(cosine(red, train))


def test_tokens_have_embeddings_too(client):
    one = client.embeddings.create(model="m", input=[1, 2, 3], dimensions=8).data
    two = client.embeddings.create(model="m", input=[[1, 2, 3], [4]], dimensions=8).data

    assert (len(one), len(two)) == (1, 2)
    assert one[0].embedding == two[0].embedding


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"input": "x"}, "Missing required parameter: 'model'."),
        ({"model": "m"}, "Missing required parameter: 'input'."),
        ([], "Missing required parameter: 'model'."),
        (
            {"model": "m", "input": 5},
            "Invalid type for 'input': expected one of a string or array of strings, but got an",
        ),
        (
            {"model": "m", "input": ["x", 5]},
            "Invalid type for 'input[1]': expected a string, but got an integer instead.",
        ),
        ({"model": "m", "input": "x", "dimensions": 0}, "Invalid 'dimensions': integer below minimum value."),
        ({"model": "m", "input": "x", "dimensions": 9999}, "Invalid 'dimensions': integer above maximum value."),
        ({"model": "m", "input": "x", "dimensions": "9"}, "Invalid type for 'dimensions': expected an integer,"),
    ],
)
def test_embedding_of_nothing_is_refused(raw, body, message):
    reply = raw("POST", "/v1/embeddings", body)

    assert reply.status == 400
    assert reply.json["error"]["message"].startswith(message)


def test_nothing_is_flagged(client):
    one = client.moderations.create(input="I want to hug them.")
    several = client.moderations.create(model="text-moderation-latest", input=["a", "b"])
    parts = client.moderations.create(input=[{"type": "text", "text": "a"}])

    assert [len(each.results) for each in (one, several, parts)] == [1, 2, 1]
    assert not any(result.flagged for each in (one, several, parts) for result in each.results)
    assert (one.model, several.model) == ("omni-moderation-latest", "text-moderation-latest")
    assert one.id.startswith("modr-")
    assert one.results[0].categories.harassment is False


def test_moderation_without_input_is_refused(raw):
    assert raw("POST", "/v1/moderations", {}).json["error"]["message"] == "Missing required parameter: 'input'."
    assert raw("POST", "/v1/moderations", {"input": 5}).status == 400


def test_rule_goes_before_the_default(workspace, client):
    workspace.on(operation="moderations.create", input="kill").reply(json={"id": "modr-1", "model": "m", "results": []})

    assert client.moderations.create(input="kill them").results == []
    assert client.moderations.create(input="hug them").results[0].flagged is False


ODD_BODIES = [
    {"input": [{"type": []}, {"type": {}, "role": "user", "content": "x"}, 5, None, [[]]]},
    {"input": [{"type": "additional_tools", "role": "developer", "tools": True}]},
    {"input": [{"type": "additional_tools", "tools": [5, {"type": []}, {"type": "namespace", "tools": 5}]}]},
    {"input": [{"type": "message", "role": [], "content": {}}, {"role": "user", "content": [5, {"text": []}]}]},
    {"input": [{"type": "function_call", "call_id": [], "name": {}}, {"type": "function_call_output", "call_id": {}}]},
    {"tools": [5, {"type": []}, {"name": []}, {"type": "namespace", "tools": [{"type": {}}]}], "input": {"a": 5}},
    {"instructions": [5, {"role": 5}], "metadata": [5], "conversation": {"id": []}, "previous_response_id": {}},
    {"metadata": 5, "stream": "x", "model": {}, "prompt": 5},
]


@pytest.mark.parametrize("body", ODD_BODIES)
def test_rule_of_a_route_reads_what_can_be_read(workspace, raw, body):
    for key, wanted in LOOKED_AT.items():
        workspace.on(path="/v1/*", **{key: wanted}).reply(json={})
    workspace.on(path="/v1/files").reply(json={"read": True})

    assert raw("POST", "/v1/files", body).json == {"read": True}
    assert workspace.search(path="/v1/*", tools=["t"], message="t", instructions="t") == []


@pytest.mark.parametrize("body", ODD_BODIES)
def test_body_of_odd_types_that_was_not_recorded_is_a_miss(workspace, raw, body):
    workspace.replay("cassettes/weather.yaml")

    for path in ("/v1/responses", "/v1/responses/input_tokens", "/v1/embeddings"):
        reply = raw("POST", path, body)
        assert (reply.status, reply.json["error"]["type"]) in {
            (400, "mock_server_error"),
            (400, "invalid_request_error"),
        }
