"""Stored prompts: what a script says that they hold, and what a response shows of it, as it was recorded.

Source of what is shown: DataDog/dd-trace-py, `response_with_prompt` and `response_with_mixed_prompt_url_…` of 2025-11;
openai-dotnet, MultipleResponseInstructions, of 2026-02.
"""

import pytest

from mockserver import MockServer, ScriptError, Settings
from tests.support.http import send

ID = "pmpt_690b24669d8c81948acc0e98da10e6490190feb3a62eee0b"
QUESTION = "What is machine learning?"
MESSAGES = [
    {"role": "developer", "content": "Direct & Conversational tone"},
    {"role": "user", "content": "You are a helpful assistant. Please answer this question: {{question}}"},
]
PICTURE = "https://raw.githubusercontent.com/github/explore/main/topics/python/python.png"
MIXED = {
    "user_message": {"text": "Analyze these images and document", "type": "input_text"},
    "user_image_1": {"detail": "auto", "type": "input_image", "image_url": PICTURE},
    "user_file": {"type": "input_file", "file_url": "https://www.berkshirehathaway.com/letters/2024ltr.pdf"},
    "user_image_2": {"detail": "auto", "type": "input_image", "file_id": "file-BCuhT1HQ24kmtsuuzF1mh2"},
}
MIXED_TEXT = """Analyze the following content from the user:

Text message: {{user_message}}
Image reference 1: {{user_image_1}}
Document reference: {{user_file}}
Image reference 2: {{user_image_2}}

Please provide a comprehensive analysis."""


@pytest.fixture
def ask(raw):
    """`ask(prompt, …)` creates a response of a prompt; what comes back."""

    def ask(prompt, **more):
        return raw("POST", "/v1/responses", {"prompt": prompt, **more}).json

    return ask


def text(value):
    return {"type": "input_text", "text": value}


def developer(*content):
    return {"type": "message", "content": [*content], "role": "developer"}


def user(*content):
    return {"type": "message", "content": [*content], "role": "user"}


def test_response_shows_model_messages_and_variables_as_recorded(workspace, ask):
    workspace.prompt(ID, model="o4-mini", messages=MESSAGES, version="4")
    made = ask({"id": ID, "version": "4", "variables": {"question": QUESTION}})

    assert made["model"] == "o4-mini-2025-04-16"
    assert made["instructions"] == [
        developer(text("Direct & Conversational tone")),
        user(text(f"You are a helpful assistant. Please answer this question: {QUESTION}")),
    ]
    assert list(made["instructions"][0]) == ["type", "content", "role"]
    assert made["prompt"] == {"id": ID, "variables": {"question": text(QUESTION)}, "version": "4"}
    assert abs(made["usage"]["input_tokens"] - 31) < 3


@pytest.mark.parametrize(("include", "url"), [([], None), (["message.input_image.image_url"], PICTURE)])
def test_pictures_and_files_stand_between_the_texts_as_recorded(workspace, ask, include, url):
    messages = [{"role": "developer", "content": ""}, {"role": "user", "content": MIXED_TEXT}]
    workspace.prompt(ID, model="o4-mini", messages=messages, version="2")
    made = ask({"id": ID, "version": "2", "variables": MIXED}, include=include)
    image = {"type": "input_image", "detail": "auto", "file_id": None, "image_url": url}
    other = {"type": "input_image", "detail": "auto", "file_id": "file-BCuhT1HQ24kmtsuuzF1mh2", "image_url": None}
    file = {"type": "input_file", "file_id": None, "file_url": MIXED["user_file"]["file_url"]}

    assert made["instructions"] == [
        developer(),
        user(
            text(
                "Analyze the following content from the user:\n\nText message: Analyze these images and document\n"
                "Image reference 1: "
            ),
            image,
            text("\nDocument reference: "),
            file,
            text("\nImage reference 2: "),
            other,
            text("\n\nPlease provide a comprehensive analysis."),
        ),
    ]
    assert made["prompt"]["variables"] == {
        "user_message": text("Analyze these images and document"),
        "user_image_1": image,
        "user_file": file,
        "user_image_2": other,
    }


def test_settings_of_a_prompt_are_those_of_its_requests_and_the_version_is_named(workspace, ask):
    workspace.prompt(ID, model="gpt-5.2", messages="You are PUMPED.", settings={"reasoning": {"summary": "detailed"}})
    made = ask({"id": ID}, input="Hello, model!")

    assert made["model"] == "gpt-5.2-2025-12-11"
    assert made["instructions"] == [developer(text("You are PUMPED."))]
    assert made["reasoning"]["summary"] == "detailed"
    assert made["prompt"] == {"id": ID, "variables": {}, "version": "1"}


def test_what_a_request_states_goes_before_the_prompt(workspace, ask):
    workspace.prompt(ID, model="gpt-4o", messages="Be brief.", settings={"temperature": 0.2, "top_p": 0.5})
    made = ask({"id": ID}, input="x", model="gpt-4.1", temperature=0.7, top_p=None, instructions="Be long.")

    assert (made["temperature"], made["top_p"], made["instructions"]) == (0.7, 0.5, "Be long.")
    assert made["model"] == "gpt-4.1-2025-04-14"


def test_rules_and_searches_see_what_the_prompt_says(workspace, ask):
    workspace.prompt(ID, model="gpt-4o", messages="Speak like a pirate.")
    workspace.on(model="gpt-4o", instructions="pirate", json={"prompt.version": "1"}).reply("Arr.")

    assert [ask({"id": ID})["output"][0]["content"][0]["text"] for _ in range(3)] == ["Arr."] * 3
    assert len(workspace.assert_called(model="gpt-4o", instructions="pirate")) == 3


def test_version_is_the_one_that_is_named_or_the_last(workspace, ask):
    for version in ("1", "3", "2"):
        workspace.prompt(ID, model="gpt-4o", messages=f"Version {version}.", version=version)

    assert ask({"id": ID, "version": "3"})["instructions"] == [developer(text("Version 3."))]
    assert ask({"id": ID})["prompt"]["version"] == "2"


def test_prompt_that_is_changed_is_seen_at_once(workspace, ask):
    workspace.prompt(ID, model="gpt-4o", messages="Old.")
    for _ in range(3):
        ask({"id": ID})
    workspace.prompt(ID, model="gpt-4o", messages="New.")

    assert ask({"id": ID})["instructions"] == [developer(text("New."))]


@pytest.mark.parametrize("more", [{}, {"stream": True}])
def test_request_is_checked_against_the_model_of_its_prompt(workspace, raw, more):
    workspace.prompt(ID, model="gpt-4o", settings={"tools": [{"type": "web_search"}]})
    body = {"prompt": {"id": ID}, "input": "x", "reasoning": {"effort": "low"}, **more}

    assert raw("POST", "/v1/responses", body).json["error"]["param"] == "reasoning.effort"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"id": "pmpt_x"}, (404, "Prompt with id 'pmpt_x' not found.", None)),
        ({"id": ID, "version": "9"}, (404, f"Prompt with id '{ID}' not found.", None)),
        ({"id": ID}, (400, "Missing prompt variables: question", "prompt.variables")),
        (
            {"id": ID, "variables": {"question": "?", "a": "b"}},
            (400, "Unknown prompt variables: a", "prompt.variables"),
        ),
    ],
)
def test_wrong_use_of_a_prompt_is_refused(workspace, raw, body, error):
    workspace.prompt(ID, model="o4-mini", messages=MESSAGES)
    reply = raw("POST", "/v1/responses", {"prompt": body})
    got = reply.json["error"]

    assert (reply.status, got["message"], got["param"]) == error
    assert (got["type"], got["code"]) == ("invalid_request_error", None)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"conversation": "conv_x"}, "Conversation with id 'conv_x' not found."),
        ({"previous_response_id": "resp_x"}, "Prompt with id 'pmpt_x' not found."),
    ],
)
def test_prompt_is_looked_up_between_conversation_and_earlier_response(workspace, ask, more, message):
    workspace.prompt(ID, model="gpt-4o")

    assert ask({"id": "pmpt_x"}, **more)["error"]["message"] == message


def test_any_id_is_taken_while_nobody_has_said_what_prompts_hold(ask):
    made = ask({"id": "pmpt_x", "variables": {"a": "b"}})

    assert (made["model"], made["instructions"]) == ("", None)
    assert made["prompt"] == {"id": "pmpt_x", "variables": {"a": text("b")}, "version": None}


FIXTURE = """
prompts:
  - id: pmpt_file
    model: gpt-4o
    messages:
      - {role: developer, content: "Speak {{language}}."}
    settings: {max_output_tokens: 64}
rules:
  - reply: Hi.
"""


@pytest.fixture
def write(tmp_path):
    """`write(text)` writes a fixture file; its path."""

    def write(content):
        path = tmp_path / "prompts.yaml"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_fixture_file_has_prompts(workspace, ask, write):
    workspace.load(write(FIXTURE))
    made = ask({"id": "pmpt_file", "variables": {"language": "Dutch"}})

    assert made["instructions"] == [developer(text("Speak Dutch."))]
    assert (made["max_output_tokens"], made["output"][0]["content"][0]["text"]) == (64, "Hi.")


def test_prompts_of_the_server_are_those_of_every_key_and_are_read_again(write):
    path = write(FIXTURE)
    with MockServer(Settings(fixtures=(str(path),))) as server:
        body = {"prompt": {"id": "pmpt_file", "variables": {"language": "Dutch"}}}
        seen = [send(server.base_url, "POST", "/v1/responses", body, key=key).json for key in ("a", "b", "a")]
        write(FIXTURE.replace("Speak", "Write"))
        seen.append(send(server.base_url, "POST", "/v1/responses", body, key="a").json)

    assert [one["instructions"][0]["content"][0]["text"] for one in seen] == [*["Speak Dutch."] * 3, "Write Dutch."]


def test_reset_forgets_prompts(workspace, ask):
    workspace.prompt(ID, model="gpt-4o")
    workspace.reset()

    assert ask({"id": "pmpt_x"})["prompt"]["id"] == "pmpt_x"


def test_control_api_adds_prompts(raw):
    raw("POST", "/_mock/rules", {"prompts": [{"id": ID, "model": "gpt-4o", "messages": "Hi."}]})

    assert raw("POST", "/v1/responses", {"prompt": {"id": ID}}).json["model"] == "gpt-4o-2024-08-06"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"model": ""}, "model: expected a string, got a string ''."),
        ({"model": "m", "messages": [{"role": "tool", "content": "x"}]}, "messages[0].role: unknown role 'tool'."),
        ({"model": "m", "messages": [{"role": "user"}]}, "messages[0]: a message lacks 'content'."),
        ({"model": "m", "messages": 5}, "messages: expected a text, or a list of messages with role and content, got"),
        ({"model": "m", "settings": {"tool": []}}, "settings: unknown parameter 'tool'. Did you mean 'tools'?"),
        ({"model": "m", "settings": {"top_p": 7}}, "settings: Invalid 'top_p': decimal above maximum value."),
        ({"model": "m", "version": 4}, "version: expected a string, got an integer 4."),
    ],
)
def test_wrong_prompt_is_an_error_of_the_script(workspace, written, message):
    with pytest.raises(ScriptError) as raised:
        workspace.prompt(ID, **written)

    assert str(raised.value).startswith(message)
