"""Encrypted content that clients send back: the server knows its own, for this API key and this item."""

from base64 import urlsafe_b64encode

import pytest

from mockserver import MockServer, Settings, SettingsError, Workspace, compaction, function_call, message, reasoning
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from tests.support.bodies import ask
from tests.support.http import refusal, send
from tests.support.input_items import OUTPUT, SAID, TOOL

UNREADABLE = "Encrypted content could not be decrypted or parsed."
OF_ANOTHER_OWNER = "Encrypted content organization_id did not match the target organization."
OF_ANOTHER_ITEM = "Encrypted content item_id did not match the target item id."
FOREIGN = urlsafe_b64encode(b"\x80" + bytes(8) + b"i" * 16 + b"c" * 192 + b"h" * 32).decode()
ENCRYPTED = {"include": ["reasoning.encrypted_content"], "store": False}


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


def unverified(shown, reason):
    """The answer about a content, as it is named in there."""
    message = f"The encrypted content {shown} could not be verified. Reason: {reason}"
    return 400, refusal(message, code="invalid_encrypted_content")


def thought(content, **more):
    return {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": content, **more}


def without_id(item):
    return {key: value for key, value in item.items() if key != "id"}


SAYS = {"role": "assistant", "content": "Yes."}


@pytest.mark.parametrize("streamed", [False, True], ids=["json", "stream"])
@pytest.mark.parametrize("model", ["o4-mini", "gpt-5.6"])
def test_content_of_a_default_answer_is_taken_back(raw, create, model, streamed):
    for _ in range(4):  # the first answers are made, the next are filled templates
        reply = raw("POST", "/v1/responses", ask(model=model, stream=streamed, **ENCRYPTED))
        output = (reply.events[-1]["response"] if streamed else reply.json)["output"]

        assert output[0]["encrypted_content"].startswith("gAAAAAB")
        assert create(input=[SAID, *output, SAID], store=False)["status"] == "completed"
        assert create(input=[SAID, without_id(output[0]), *output[1:], SAID], store=False)["status"] == "completed"


def test_content_differs_from_item_to_item(create):
    contents = {create(model="o4-mini", **ENCRYPTED)["output"][0]["encrypted_content"] for _ in range(6)}

    assert len(contents) == 6


def test_content_of_a_scripted_turn_is_made_where_the_request_includes_it(create, workspace):
    workspace.on(tool_output="look").reply("Found.")
    workspace.on().reply(reasoning("Hm."), function_call("look", call_id="call_1"))
    plain = create(tools=[TOOL])["output"][0]
    for _ in range(4):
        first = create(model="o4-mini", tools=[TOOL], **ENCRYPTED)["output"]

        assert list(first[0]) == ["id", "type", "content", "encrypted_content", "summary"]
        assert create(input=[SAID, *first, OUTPUT], store=False)["output"][0]["content"][0]["text"] == "Found."
    assert "encrypted_content" not in plain


def test_content_of_an_item_with_an_id_of_the_script_is_taken_back(create, workspace):
    workspace.on().reply({**reasoning("Hm."), "id": "rs_mine"}, message("Yes."))
    for _ in range(4):
        output = create(model="o4-mini", **ENCRYPTED)["output"]

        assert output[0]["encrypted_content"].startswith("gAAAAAB")
        assert create(input=[SAID, *output, SAID], store=False)["status"] == "completed"


def test_compaction_is_taken_back(raw, create, workspace):
    compacted = raw("POST", "/v1/responses/compact", {"model": "gpt-4.1", "input": "Say hello."}).json["output"]
    managed = [{"type": "compaction", "compact_threshold": 1000}]
    long = create(input="word " * 1200, context_management=managed, store=False)["output"]
    workspace.enqueue(message("Yes."), compaction())
    workspace.unmatched = "answer"
    scripted = create(store=False)["output"]

    for output in (compacted, long, scripted):
        assert output[-1]["encrypted_content"].startswith("gAAAAAB")
        assert create(input=[*output, SAID], store=False)["status"] == "completed"
        assert create(input=[without_id(output[-1]), SAID], store=False)["status"] == "completed"


@pytest.mark.parametrize("streamed", [False, True], ids=["json", "stream"])
@pytest.mark.parametrize("stored", [False, True], ids=["unstored", "stored"])
@pytest.mark.parametrize("content", ["abc", "gAAAAAB", FOREIGN[:-4], FOREIGN + "="])
def test_content_of_another_form_is_refused(raw, content, stored, streamed):
    items = [SAID, thought(content), SAYS, SAID]
    reply = raw("POST", "/v1/responses", ask(input=items, store=stored, stream=streamed))

    assert (reply.status, reply.json) == unverified("for item rs_1", UNREADABLE)


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        pytest.param(without_id(thought("Working it out.")), "Work...out.", id="reasoning"),
        pytest.param({"type": "compaction", "encrypted_content": "gAAAA"}, "gAAA...AAAA", id="compaction"),
        pytest.param(
            {"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAAA"}, "for item cmp_1", id="named-compaction"
        ),
    ],
)
def test_content_is_named_by_its_item_or_by_its_ends(raw, item, shown):
    """Source: issues, openai/codex#8145 and edison7009/EchoBird#255."""
    reply = raw("POST", "/v1/responses", ask(input=[SAID, item, SAYS, SAID]))

    assert (reply.status, reply.json) == unverified(shown, UNREADABLE)


def test_content_that_was_changed_is_refused(raw, create):
    own, said = create(model="o4-mini", **ENCRYPTED)["output"]
    content = own["encrypted_content"]
    letter = "B" if content[100] == "A" else "A"
    changed = {**own, "encrypted_content": f"{content[:100]}{letter}{content[101:]}"}
    reply = raw("POST", "/v1/responses", ask(input=[SAID, changed, said, SAID]))

    assert (reply.status, reply.json) == unverified(f"for item {own['id']}", UNREADABLE)


def test_content_of_another_api_key_is_refused(raw, create):
    own, said = create(model="o4-mini", **ENCRYPTED)["output"]
    reply = raw("POST", "/v1/responses", ask(input=[SAID, own, said, SAID]), key="another")

    assert (reply.status, reply.json) == unverified(f"for item {own['id']}", OF_ANOTHER_OWNER)


def test_content_of_another_item_is_refused(raw, create, workspace):
    workspace.on().reply(reasoning("Hm."), message("Yes."), reasoning("Ah."), message("No."))
    first, said, second, more = create(model="o4-mini", **ENCRYPTED)["output"]
    swapped = {**second, "encrypted_content": first["encrypted_content"]}
    reply = raw("POST", "/v1/responses", ask(input=[SAID, first, said, swapped, more, SAID], store=False))

    assert (reply.status, reply.json) == unverified(f"for item {second['id']}", OF_ANOTHER_ITEM)


def test_content_is_verified_after_a_new_start(make_store):
    """Nothing is stored for it: another server knows it, too."""

    def ask_new_server(**body):
        with MockServer(make_store=make_store) as server:
            return send(server.base_url, "POST", "/v1/responses", ask(**body), key="mine").json

    output = ask_new_server(model="o4-mini", **ENCRYPTED)["output"]
    again = ask_new_server(input=[SAID, *output, SAID], store=False)

    assert again["status"] == "completed"


@pytest.mark.parametrize("path", ["/v1/responses/compact", "/v1/responses/input_tokens"])
def test_other_endpoints_verify_it_too(raw, path):
    refused = raw("POST", path, {"model": "gpt-4.1", "input": [thought("abc"), SAYS]})
    taken = raw("POST", path, {"model": "gpt-4.1", "input": [thought(FOREIGN), SAYS]})

    assert (refused.status, refused.json) == unverified("for item rs_1", UNREADABLE)
    assert taken.status == 200


# What was made elsewhere


def foreign(**body):
    return ask(input=[SAID, thought(FOREIGN), SAYS, {"type": "compaction", "encrypted_content": FOREIGN}], **body)


def test_content_from_elsewhere_is_taken(raw):
    assert raw("POST", "/v1/responses", foreign(store=False)).status == 200


def test_content_from_elsewhere_is_refused_where_only_own_is_accepted(raw, workspace, create):
    taken = [raw("POST", "/v1/responses", foreign()).status for _ in range(3)]
    workspace.encrypted_content = "own"
    refused = raw("POST", "/v1/responses", foreign())
    own = create(model="o4-mini", **ENCRYPTED)["output"]

    assert taken == [200] * 3
    assert (refused.status, refused.json) == unverified("for item rs_1", UNREADABLE)
    assert create(input=[SAID, *own, SAID])["status"] == "completed"


def test_setting_says_what_is_accepted(make_store):
    with MockServer(Settings(encrypted_content="own"), make_store=make_store) as server:
        replies = [
            send(server.base_url, "POST", "/v1/responses", foreign(), key=workspace.api_key)
            for workspace in (server.workspace(), server.workspace(encrypted_content="any"))
        ]

    assert [reply.status for reply in replies] == [400, 200]


def test_setting_of_another_name_is_refused(server, workspace):
    expected = "encrypted_content is 'mine'; expected any or own"
    with pytest.raises(SettingsError, match=expected):
        server.workspace(encrypted_content="mine")
    with pytest.raises(SettingsError, match=expected):
        workspace.encrypted_content = "mine"
    with pytest.raises(SettingsError, match=expected):
        Settings(encrypted_content="mine")


# What was given out, whatever it is


def given_out(workspace: Workspace, content: str) -> None:
    workspace.on(tool_output="look").reply("Found.")
    workspace.on(tools="look").reply(reasoning("Hm.", encrypted_content=content), function_call("look"))
    workspace.unmatched = "answer"


@pytest.mark.parametrize("accepted", ["any", "own"])
@pytest.mark.parametrize("content", ["abc", 'gAAA"ä', FOREIGN])
@pytest.mark.parametrize("streamed", [False, True], ids=["json", "stream"])
def test_content_of_a_script_is_taken_back(raw, workspace, content, streamed, accepted):
    workspace.encrypted_content = accepted
    given_out(workspace, content)
    for _ in range(4):
        reply = raw("POST", "/v1/responses", ask(tools=[TOOL], stream=streamed, store=False))
        own, call = (reply.events[-1]["response"] if streamed else reply.json)["output"]
        output = {**OUTPUT, "call_id": call["call_id"]}
        replies = [
            raw("POST", "/v1/responses", ask(input=[SAID, item, call, output], store=False))
            for item in (own, without_id(own))
        ]

        assert own["encrypted_content"] == content
        assert [reply.json["output"][0]["content"][0]["text"] for reply in replies] == ["Found."] * 2


def test_content_of_a_script_belongs_to_its_item(raw, create, workspace):
    given_out(workspace, "abc")
    own, call = create(tools=[TOOL], store=False)["output"]
    reply = raw("POST", "/v1/responses", ask(input=[SAID, {**own, "id": "rs_2"}, SAYS], store=False))

    assert (reply.status, reply.json) == unverified("for item rs_2", UNREADABLE)
    assert call["type"] == "function_call"


def test_content_of_a_script_is_forgotten_with_the_workspace(raw, create, workspace):
    given_out(workspace, "abc")
    own, call = create(tools=[TOOL], store=False)["output"]
    body = ask(input=[SAID, own, call, {**OUTPUT, "call_id": call["call_id"]}], store=False)
    taken = [raw("POST", "/v1/responses", body).status for _ in range(3)]
    workspace.reset()
    reply = raw("POST", "/v1/responses", body)

    assert taken == [200] * 3
    assert (reply.status, reply.json) == unverified(f"for item {own['id']}", UNREADABLE)


def test_content_of_a_script_is_known_while_the_journal_has_it(make_store):
    with MockServer(Settings(max_requests=2), make_store=make_store) as server:
        workspace = server.workspace()
        given_out(workspace, "abc")

        def answer(**body):
            return send(server.base_url, "POST", "/v1/responses", ask(store=False, **body), key=workspace.api_key)

        own, call = answer(tools=[TOOL]).json["output"]
        sent_back = [SAID, own, call, {**OUTPUT, "call_id": call["call_id"]}]
        statuses = [answer(input=sent_back).status for _ in range(3)]

    assert statuses == [200, 200, 400]


@pytest.mark.parametrize("content", ["Sanitized", FOREIGN])
def test_content_of_a_recording_is_taken_back(raw, workspace, tmp_path, content):
    """An answer to what the recording does not know is made here, and checks what the client sends."""
    output = [thought(content), {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}]
    output[1]["content"] = [{"type": "output_text", "text": "Yes.", "annotations": []}]
    body = {"object": "response", "id": f"resp_{'0' * 50}", "status": "completed", "output": output}
    with CassetteWriter(tmp_path / "one.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(request_body=ask("Record it."), body=body))
    workspace.replay(tmp_path / "one.yaml")
    workspace.unmatched = "answer"
    workspace.encrypted_content = "own"
    unknown = raw("POST", "/v1/responses", ask(input=[SAID, *output, SAID]))
    replayed = raw("POST", "/v1/responses", ask("Record it.")).json["output"]
    known = raw("POST", "/v1/responses", ask(input=[SAID, *replayed, SAID]))

    assert (unknown.status, unknown.json) == unverified("for item rs_1", UNREADABLE)
    assert known.status == 200


def test_content_that_another_api_key_recorded_is_taken_back(create, workspace, server, tmp_path):
    """A cassette that was recorded from a server like this one: its content is another owner's."""
    recorder = server.workspace()
    recorder.record(upstream=workspace.base_url, path=tmp_path / "own.yaml", key=workspace.api_key)
    asked = ask("Record it.", model="o4-mini", **ENCRYPTED)
    recorded = send(recorder.base_url, "POST", "/v1/responses", asked, key=recorder.api_key).json["output"]
    server.discard(recorder)
    replaying = server.workspace(unmatched="answer")
    replaying.replay(tmp_path / "own.yaml")

    def send_again(body):
        return send(replaying.base_url, "POST", "/v1/responses", body, key=replaying.api_key)

    unknown = send_again(ask(input=[SAID, *recorded, SAID]))
    replayed = send_again(asked).json["output"]
    known = send_again(ask(input=[SAID, *replayed, SAID]))

    assert (unknown.status, unknown.json) == unverified(f"for item {recorded[0]['id']}", OF_ANOTHER_OWNER)
    assert known.status == 200, known.body
    assert create(input=[SAID, *recorded, SAID])["status"] == "completed"


def test_rule_answers_a_session_whose_content_a_recording_knows(raw, workspace, tmp_path):
    """As it does for ids that are not stored here: the session began elsewhere."""
    (tmp_path / "empty.yaml").write_text("format: 1\nupstream: https://api.openai.com\n...\n")
    workspace.replay(tmp_path / "empty.yaml")
    workspace.on(input="Say").reply("By the rule.")
    reply = raw("POST", "/v1/responses", ask(input=[thought("Sanitized"), SAYS, SAID]))

    assert reply.json["output"][0]["content"][0]["text"] == "By the rule."
