"""What each model takes is checked as OpenAI checks it, and nothing is refused that nobody has seen refused."""

import pytest

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_schema
from mockserver.spec.checks.values import check_values
from mockserver.spec.model_families import FAMILIES
from mockserver.spec.models import MODEL_SNAPSHOTS, model_facts
from mockserver.spec.request_fields import FIELDS

EFFORTS = FIELDS["reasoning.effort"].values or ()
SEARCH = {"type": "web_search"}
OLD_SEARCH = {"type": "web_search_preview"}
PICTURES = {"type": "image_generation"}
UNKNOWN_NAMES = ("my-model", "gpt-4o-ours", "gpt-5-ours", "openai/gpt-4o", "gpt-4.5-preview", "o9", "llama3", "")


def refusal(model, **keys):
    """Code, param and message of the first fault, or None."""
    body = {"model": model, "input": "ping", **keys}
    check_schema("responses.create", body)
    try:
        check_values(body)
    except ApiError as error:
        refused = error
    else:
        return None
    assert (refused.status, refused.type) == (400, "invalid_request_error")
    return refused.code, refused.param, refused.message


def unsupported_value(model, param, value, values):
    return (
        "unsupported_value",
        param,
        f"Unsupported value: '{value}' is not supported with the '{model}' model. Supported values are: {values}.",
    )


def unsupported_effort(model, value, values):
    return unsupported_value(model, "reasoning.effort", value, values)


LOW_TO_HIGH = "'low', 'medium', and 'high'"
MEDIUM_TO_XHIGH = "'medium', 'high', and 'xhigh'"
LOW_TO_MAX = "'low', 'medium', 'high', 'xhigh', and 'max'"
NO_EFFORT = (
    "unsupported_parameter",
    "reasoning.effort",
    "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
)
NO_ENCRYPTED_CONTENT = (None, "include", "Encrypted content is not supported with this model.")
NO_MODE = ("unsupported_value", "reasoning.mode", "`reasoning.mode` is not supported with this model.")
NO_CONTEXT = ("unsupported_value", "reasoning.context", "`reasoning.context` is not supported with this model.")


@pytest.mark.parametrize(
    ("model", "effort", "error"),
    [
        ("gpt-4o", "low", NO_EFFORT),
        ("gpt-4.1", "none", NO_EFFORT),
        ("gpt-4o-mini-2024-07-18", "low", NO_EFFORT),
        ("ft:gpt-4o-mini-2024-07-18:org::abc", "low", NO_EFFORT),
        ("gpt-5-chat-latest", "medium", NO_EFFORT),
        ("gpt-5", "none", unsupported_effort("gpt-5", "none", "'minimal', 'low', 'medium', and 'high'")),
        ("gpt-5-pro", "none", unsupported_effort("gpt-5-pro", "none", "'high'")),
        ("gpt-5-codex", "minimal", unsupported_effort("gpt-5-codex", "minimal", LOW_TO_HIGH)),
        ("gpt-5.1", "minimal", unsupported_effort("gpt-5.1", "minimal", "'none', 'low', 'medium', and 'high'")),
        ("gpt-5.1-codex", "none", unsupported_effort("gpt-5.1-codex", "none", LOW_TO_HIGH)),
        ("gpt-5.1-chat-latest", "high", unsupported_effort("gpt-5.1-chat-latest", "high", "'medium'")),
        ("gpt-5.2-pro", "low", unsupported_effort("gpt-5.2-pro", "low", MEDIUM_TO_XHIGH)),
        ("gpt-5.4-pro", "none", unsupported_effort("gpt-5.4-pro", "none", MEDIUM_TO_XHIGH)),
        ("gpt-5.5-pro", "none", unsupported_effort("gpt-5.5-pro", "none", MEDIUM_TO_XHIGH)),
        ("gpt-5.5", "max", unsupported_effort("gpt-5.5", "max", "'none', 'low', 'medium', 'high', and 'xhigh'")),
        ("gpt-6-astra", "none", unsupported_effort("gpt-6-astra", "none", LOW_TO_MAX)),
        ("o3", "none", unsupported_effort("o3", "none", LOW_TO_HIGH)),
        ("o4-mini-2025-04-16", "none", unsupported_effort("o4-mini-2025-04-16", "none", LOW_TO_HIGH)),
        ("gpt-5.3-codex", "none", None),
        ("gpt-5.1-codex-max", "xhigh", None),
        ("gpt-6-luna", "minimal", None),
    ],
)  # fmt: skip
def test_effort_that_the_model_does_not_know_is_refused(model, effort, error):
    assert refusal(model, reasoning={"effort": effort}) == error


@pytest.mark.parametrize(
    ("model", "reasoning", "error"),
    [
        ("gpt-5.4", {"mode": "pro"}, NO_MODE),
        ("gpt-5.4-pro", {"mode": "standard"}, NO_MODE),
        ("gpt-5.5", {"mode": "pro"}, NO_MODE),
        ("gpt-5.4", {"mode": "standard"}, None),
        ("gpt-5.5-pro", {"mode": "pro"}, None),
        ("gpt-5.6-sol", {"mode": "pro"}, None),
        ("gpt-5", {"mode": "pro"}, None),
        ("o3", {"context": "all_turns"}, NO_CONTEXT),
        ("gpt-5.3-codex", {"context": "all_turns"}, NO_CONTEXT),
        ("o3", {"context": "auto"}, None),
        ("gpt-5.4-mini", {"context": "all_turns"}, None),
        ("gpt-5", {"summary": "concise"}, unsupported_value("gpt-5", "reasoning.summary", "concise", "'detailed'")),
        ("gpt-5", {"summary": "auto"}, None),
        ("gpt-5.1", {"summary": "concise"}, None),
        (
            "gpt-5.3-codex-spark",
            {"summary": "auto"},
            (
                "unsupported_parameter",
                "reasoning.summary",
                "Unsupported parameter: 'reasoning.summary' is not supported with the 'gpt-5.3-codex-spark' model.",
            ),
        ),
    ],
)
def test_way_of_reasoning_that_the_model_does_not_know_is_refused(model, reasoning, error):
    assert refusal(model, reasoning=reasoning) == error


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-5-chat-latest", "gpt-5.1-codex-max", "o3"])
@pytest.mark.parametrize("verbosity", ["low", "high"])
def test_verbosity_of_a_model_that_has_one_only_is_refused(model, verbosity):
    assert refusal(model, text={"verbosity": verbosity}) == unsupported_value(
        model, "text.verbosity", verbosity, "'medium'"
    )
    assert refusal(model, text={"verbosity": "medium"}) is None


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5.1-chat-latest", "gpt-5.2", "gpt-5.3-codex", "gpt-5.6", "gpt-6"])
def test_verbosity_of_a_newer_model_is_taken(model):
    assert refusal(model, text={"verbosity": "low"}) is None


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("gpt-4.1", NO_ENCRYPTED_CONTENT),
        ("gpt-4o-mini", NO_ENCRYPTED_CONTENT),
        ("gpt-5-chat-latest", NO_ENCRYPTED_CONTENT),
        ("gpt-5", None),
        ("o4-mini", None),
        ("gpt-5.6-terra", None),
    ],
)
def test_encrypted_content_of_a_model_that_does_not_reason_is_refused(model, error):
    assert refusal(model, include=["web_search_call.action.sources", "reasoning.encrypted_content"]) == error


def tools_refused(names):
    message = f"The following tools cannot be used with reasoning.effort 'minimal': {names}."
    return None, "tools", message


@pytest.mark.parametrize(
    ("model", "tools", "error"),
    [
        ("gpt-5", [SEARCH], tools_refused("web_search")),
        ("gpt-5.5", [SEARCH, PICTURES], tools_refused("image_gen, web_search")),
        ("my-model", [PICTURES], tools_refused("image_gen")),
        ("gpt-5", [{"type": "function", "name": "f", "parameters": {}}], None),
    ],
)
def test_hosted_tools_are_refused_with_minimal_effort(model, tools, error):
    assert refusal(model, tools=tools, reasoning={"effort": "minimal"}) == error
    assert refusal(model, tools=tools, reasoning={"effort": "low"}) is None


@pytest.mark.parametrize(
    ("model", "tool", "error"),
    [
        ("gpt-5-chat-latest", OLD_SEARCH, "Hosted tool 'web_search_preview' is not supported with gpt-5-chat-latest."),
        ("o3-mini", OLD_SEARCH, "Hosted tool 'web_search_preview' is not supported with o3-mini."),
        ("gpt-4.1-nano", SEARCH, "Hosted tool 'web_search' is not supported with gpt-4.1-nano."),
        ("gpt-5-chat-latest", SEARCH, None),
        ("gpt-4o-mini", OLD_SEARCH, None),
    ],
)
def test_hosted_tool_that_the_model_lacks_is_refused(model, tool, error):
    assert refusal(model, tools=[tool]) == (None if error is None else (None, "tools", error))


@pytest.mark.parametrize("model", ["o3-deep-research", "o4-mini-deep-research-2025-06-26"])
def test_deep_research_needs_something_to_search_with(model):
    message = "Deep research models require at least one of 'web_search_preview', 'mcp', or 'file_search' tools."
    assert refusal(model) == (None, "tools", message)
    assert refusal(model, reasoning={"effort": "none"}) == (None, "tools", message)
    assert refusal(model, temperature=0.5) == (None, "tools", message)
    assert refusal(model, tools=[OLD_SEARCH]) is None


@pytest.mark.parametrize(
    "tool",
    [
        SEARCH,
        {"type": "web_search_2025_08_26"},
        {"type": "web_search_preview_2025_03_11"},
        {"type": "mcp", "server_label": "docs", "server_url": "https://docs.example/mcp"},
        {"type": "file_search", "vector_store_ids": ["vs_1"]},
    ],
    ids=lambda tool: tool["type"],
)
def test_deep_research_searches_with_any_of_these(tool):
    assert refusal("o3-deep-research", tools=[PICTURES, tool]) is None


def test_a_prompt_may_have_what_deep_research_searches_with():
    assert refusal("o3-deep-research", prompt={"id": "pmpt_1"}) is None


@pytest.mark.parametrize("model", ["gpt-5-pro", "gpt-5.2-chat-latest", "o1", "o3-pro", "gpt-5.5"])
def test_temperature_of_a_model_that_reasons_is_refused(model):
    message = "Unsupported parameter: 'temperature' is not supported with this model."
    assert refusal(model, temperature=0.5) == (None, "temperature", message)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5-chat-latest", "gpt-5.1", "gpt-5.2", "gpt-5.3-codex", "gpt-5.4"])
def test_temperature_of_a_model_that_does_not_reason_by_itself_is_taken(model):
    assert refusal(model, temperature=0.5) is None


@pytest.mark.parametrize("model", ["gpt-5.5", "gpt-5.5-pro", "gpt-5.6", "gpt-6"])
def test_newer_models_do_not_keep_prompts_in_memory(model):
    message = "This model is compatible only with 24h extended prompt caching"
    assert refusal(model, prompt_cache_retention="in_memory") == (
        "invalid_parameter",
        "prompt_cache_retention",
        message,
    )


NO_JSON = (
    None,
    "input",
    "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
)


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        pytest.param({"input": "Name a city."}, NO_JSON, id="text"),
        pytest.param({"input": [{"role": "user", "content": "Name a city."}]}, NO_JSON, id="message"),
        pytest.param({"input": "Name a city.", "instructions": "Answer in JSON."}, NO_JSON, id="instructions"),
        pytest.param({"input": "Name a city, in JSON."}, None, id="mentioned"),
        pytest.param({"input": "A JSON-like city"}, None, id="part of a word"),
        pytest.param(
            {"input": [{"role": "system", "content": [{"type": "input_text", "text": "Speak Json"}]}]},
            None,
            id="in a part",
        ),
        pytest.param({"input": "A city.", "previous_response_id": "resp_x"}, None, id="earlier turn"),
        pytest.param({"input": "A city.", "conversation": "conv_x"}, None, id="conversation"),
        pytest.param({"input": [{"type": "item_reference", "id": "msg_x"}]}, None, id="reference"),
        pytest.param({"input": [{"id": "msg_x"}]}, None, id="reference without its type"),
        pytest.param({"input": [{"role": "user", "id": "msg_x", "content": "A"}]}, NO_JSON, id="message with an id"),
    ],
)
def test_json_mode_wants_json_to_be_mentioned(keys, error):
    assert refusal("gpt-4o", text={"format": {"type": "json_object"}}, **keys) == error
    assert refusal("gpt-4o", text={"format": {"type": "text"}}, **keys) is None


EVERYTHING = (
    *({"reasoning": {"effort": effort}} for effort in EFFORTS),
    *({"reasoning": {"summary": summary}} for summary in ("auto", "concise", "detailed")),
    {"reasoning": {"mode": "pro"}},
    {"reasoning": {"context": "all_turns"}},
    {"text": {"verbosity": "low"}},
    {"include": ["reasoning.encrypted_content", "message.output_text.logprobs"]},
    {"prompt_cache_retention": "in_memory"},
    {"temperature": 0.5, "top_p": 0.5, "top_logprobs": 2},
    {"tools": [SEARCH, OLD_SEARCH, PICTURES]},
)


@pytest.mark.parametrize("model", [name for name in UNKNOWN_NAMES if name])
@pytest.mark.parametrize("keys", EVERYTHING, ids=str)
def test_name_that_nobody_knows_is_refused_nothing(model, keys):
    assert refusal(model, **keys) is None


def test_guesses_are_refused_nothing_but_what_is_documented():
    assert refusal("gpt-6-luna", temperature=0.5, reasoning={"effort": "minimal", "mode": "pro"}) is None
    assert refusal("gpt-5.12", text={"verbosity": "low"}, top_logprobs=2) is None


@pytest.mark.parametrize("name", ["gpt-5-ours", "gpt-4o-ours"])
def test_name_that_begins_like_a_familys_is_answered_like_it(name):
    family = model_facts(name.removesuffix("-ours"))
    assert model_facts(name)[:-1] == family[:-1]
    assert model_facts(name).takes != family.takes


def test_every_snapshot_is_known_as_its_family():
    for alias, snapshot in MODEL_SNAPSHOTS.items():
        assert model_facts(snapshot) == model_facts(alias)


def test_every_known_effort_is_an_effort_and_contains_the_default():
    for family in FAMILIES:
        takes = family.facts.takes
        assert set(takes.efforts or ()) <= set(EFFORTS)
        assert not takes.efforts or family.facts.effort in takes.efforts
        assert not takes.modes or family.facts.mode in takes.modes
