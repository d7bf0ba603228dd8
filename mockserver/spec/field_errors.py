"""The errors about a field of the request, by themselves or for the model that is asked. Sources as in `api_errors`."""

from collections.abc import Mapping
from typing import Any, Final

from mockserver.spec.error_row import ApiErrorRow


def field_error(text: str, when: str, code: str | None, **more: Any) -> ApiErrorRow:
    """An error about one field of the request, whose path is the `param`."""
    return ApiErrorRow(text=text, when=when, code=code, param="{path}", **more)


FIELD_ERRORS: Final[Mapping[str, ApiErrorRow]] = {
    "missing_required_parameter": field_error(  # K
        "Missing required parameter: '{path}'.", "A required field is missing.", "missing_required_parameter"
    ),
    "unknown_parameter": field_error("Unknown parameter: '{path}'.", "A field is not known.", "unknown_parameter"),  # K
    "unknown_parameter_near": field_error(  # K
        "Unknown parameter: '{path}'. Did you mean {near}?",
        "An unknown field of the request is at most two edits from a known one.",
        "unknown_parameter",
    ),
    "moved_parameter": ApiErrorRow(  # K
        text=(
            "Unsupported parameter: '{path}'. In the Responses API, this parameter has moved to '{to}'. Try again with"
            " the new parameter. See the API documentation for more information:"
            " https://platform.openai.com/docs/api-reference/responses/create."
        ),
        when="A field of chat completions is sent, such as `messages`.",
        code="unsupported_parameter",
        example={"path": "messages"},
    ),
    "invalid_type": field_error(  # K
        "Invalid type for '{path}': expected {expected}, but got {got} instead.",
        "A value has the wrong JSON type.",
        "invalid_type",
    ),
    "body_not_an_object": ApiErrorRow(  # our choice: the sentence of a field, without a field
        text="Invalid type for request body: expected an object, but got {got} instead.",
        when="The body is JSON, but not an object.",
        code="invalid_type",
    ),
    "invalid_value": field_error(  # K
        "Invalid value: '{value}'. Supported values are: {values}.",
        "A string is none of the values that its field takes.",
        "invalid_value",
    ),
    "against_the_document": field_error(  # our choice, in the form of its neighbours
        "Invalid '{path}': {reason}.",
        "Under a profile with an OpenAPI document, a value breaks another rule of its schema.",
        "invalid_value",
        example={"reason": "7 is greater than the maximum of 5"},
    ),
    "string_pattern": field_error(  # issue
        "Invalid '{path}': string does not match pattern. Expected a string that matches the pattern '{pattern}'.",
        "A name has characters that names do not have.",
        "invalid_value",
    ),
    "id_characters": field_error(  # issue
        "Invalid '{path}': '{value}'. Expected an ID that contains letters, numbers, underscores, or dashes, but this"
        " value contained additional characters.",
        "An id has other characters than ids have.",
        "invalid_value",
        example={"value": "resp mock"},
    ),
    "id_prefix": field_error(  # issue
        "Invalid '{path}': '{value}'. Expected an ID that begins with '{prefix}'.",
        "An id begins like that of another kind of object.",
        "invalid_value",
    ),
    "integer_below_min_value": field_error(  # K
        "Invalid '{path}': integer below minimum value. Expected a value >= {limit}, but got {got} instead.",
        "An integer is too small.",
        "integer_below_min_value",
        example={"limit": 1, "got": 0},
    ),
    "integer_above_max_value": field_error(  # MAF
        "Invalid '{path}': integer above maximum value. Expected a value <= {limit}, but got {got} instead.",
        "An integer is too large.",
        "integer_above_max_value",
        example={"limit": 100, "got": 101},
    ),
    "decimal_below_min_value": field_error(  # P
        "Invalid '{path}': decimal below minimum value. Expected a value >= {limit}, but got {got} instead.",
        "A decimal is too small.",
        "decimal_below_min_value",
        example={"limit": 0, "got": -1},
    ),
    "decimal_above_max_value": field_error(  # our choice: the mirror of P
        "Invalid '{path}': decimal above maximum value. Expected a value <= {limit}, but got {got} instead.",
        "A decimal is too large.",
        "decimal_above_max_value",
        example={"limit": 2, "got": 3},
    ),
    "string_above_max_length": field_error(  # K
        "Invalid '{path}': string too long. Expected a string with maximum length {limit}, but got a string with"
        " length {got} instead.",
        "A string is too long.",
        "string_above_max_length",
        example={"limit": 64, "got": 65},
    ),
    "empty_string": field_error(  # issue
        "Invalid '{path}': empty string. Expected a string with minimum length {limit}, but got an empty string"
        " instead.",
        "A string is empty where it must not be.",
        "empty_string",
        example={"limit": 1},
    ),
    "array_above_max_length": field_error(  # issue
        "Invalid '{path}': array too long. Expected an array with maximum length {limit}, but got an array with length"
        " {got} instead.",
        "An array has too many elements.",
        "array_above_max_length",
        example={"limit": 128, "got": 129},
    ),
    "empty_array": field_error(  # K (chat)
        "Invalid '{path}': empty array. Expected an array with minimum length {limit}, but got an empty array instead.",
        "An array is empty where it must not be.",
        "empty_array",
        example={"limit": 1},
    ),
    "object_above_max_properties": field_error(  # K
        "Invalid '{path}': too many properties. Expected an object with at most {limit} properties, but got an object"
        " with {got} properties instead.",
        "`metadata` has too many pairs.",
        "object_above_max_properties",
        example={"path": "metadata", "limit": 16, "got": 17},
    ),
    "property_name_above_max_length": field_error(  # K (chat)
        "Invalid property name in '{owner}': '{name}' is too long. Expected a string with maximum length {limit}, but"
        " got a string with length {got} instead.",
        "A key of `metadata` is too long.",
        "property_name_above_max_length",
        example={"path": "metadata.moc...ock", "name": "moc...ock", "limit": 64, "got": 65},
    ),
    "no_input": ApiErrorRow(  # K
        text="One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided.",
        when="`input` is empty, and nothing else says what to answer.",
        code="missing_required_parameter",
    ),
    "mutually_exclusive": ApiErrorRow(  # MAF, K, EC: the message is cut like this on the wire
        text="Mutually exclusive parameters: ''. Ensure you are only providing one of: 'pre..._id' or 'conversation'.",
        when="Both `previous_response_id` and `conversation` are given.",
        code="mutually_exclusive_parameters",
    ),
    "tool_not_offered": ApiErrorRow(  # issue
        text="Tool choice '{tool}' not found in 'tools' parameter.",
        when="`tool_choice` names what is not offered: by its type, or an allowed tool by its name.",
        param="tool_choice",
        example={"tool": "function"},
    ),
    "no_tool_to_require": ApiErrorRow(  # issue
        text="Tool choice 'required' must be specified with 'tools' parameter.",
        when="`tool_choice` is `required`, and no tool is offered.",
        param="tool_choice",
    ),
    "discounted_window": field_error(  # the condition: openai 3.57.0; sentence and code are our choice
        "Invalid value for '{path}': '{window}' requires 'background' to be true, 'stream' to be false, and standard"
        " processing.",
        "A discounted completion window is asked for outside of background mode, for a stream, or with another tier.",
        "invalid_value",
        example={"path": "background_options.completion_window", "window": "2h"},
    ),
    "background_unstored": ApiErrorRow(  # AZ; the sentence is our choice
        text="Unsupported parameter: 'background' is not supported when 'store' is false.",
        when="Background work is asked for with `store: false`.",
        code="unsupported_parameter",
        param="background",
    ),
}

MODEL_ERRORS: Final[Mapping[str, ApiErrorRow]] = {
    "model_not_found": field_error(  # K, P
        "The requested model '{model}' does not exist.",
        "`model` is empty; any other name is taken.",
        "model_not_found",
        example={"path": "model", "model": "gpt-mock"},
    ),
    "parameter_unsupported_by_model": field_error(  # K
        "Unsupported parameter: '{path}' is not supported with this model.",
        "A sampling parameter is sent to a model that reasons.",
        None,
        example={"path": "temperature"},
    ),
    "unsupported_with_agents": field_error(  # live: a 400 for `reasoning.summary`; the sentence is our choice
        "Unsupported parameter: '{path}' is not supported when 'multi_agent' is enabled.",
        "`reasoning.summary` or `max_tool_calls` is sent with `multi_agent`.",
        "unsupported_parameter",
        example={"path": "reasoning.summary"},
    ),
    "reasoning_unsupported": field_error(  # issue: Laisky/one-api#120; recorded by pydantic/pydantic-ai, 2026-08
        "Unsupported parameter: '{path}' is not supported with this model.",
        "`reasoning.effort` is sent to a model that does not reason.",
        "unsupported_parameter",
        example={"path": "reasoning.effort"},
    ),
    "parameter_unsupported_by_name": field_error(  # issue: superset-sh/superset#1898
        "Unsupported parameter: '{path}' is not supported with the '{model}' model.",
        "`reasoning.summary` is sent to a model that does not summarize.",
        "unsupported_parameter",
        example={"path": "reasoning.summary", "model": "gpt-5.3-codex-spark"},
    ),
    "value_unsupported_by_model": field_error(  # K; summary: openai/codex#2376; verbosity: anomalyco/opencode#1984
        "Unsupported value: '{value}' is not supported with the '{model}' model. Supported values are: {values}.",
        "`reasoning.effort`, `reasoning.summary` or `text.verbosity` is none of those that the model knows.",
        "unsupported_value",
        example={"path": "reasoning.effort", "value": "minimal", "values": "'low', 'medium', and 'high'"},
    ),
    "mode_unsupported_by_model": field_error(  # recorded by pydantic/pydantic-ai; for a context it is our choice
        "`{path}` is not supported with this model.",
        "`reasoning.mode` or `reasoning.context` is none of those that the model knows.",
        "unsupported_value",
        example={"path": "reasoning.mode"},
    ),
    "no_encrypted_content": field_error(  # issue: pydantic/pydantic-ai#2865
        "Encrypted content is not supported with this model.",
        "`include` asks a model that does not reason for `reasoning.encrypted_content`.",
        None,
        example={"path": "include"},
    ),
    "tools_refused_by_effort": field_error(  # issue: openai/codex#3559
        "The following tools cannot be used with reasoning.effort '{effort}': {tools}.",
        "Some hosted tools are offered with the effort `minimal`.",
        None,
        example={"path": "tools", "effort": "minimal", "tools": "web_search"},
    ),
    "hosted_tool_unsupported": field_error(  # issues about gpt-5-chat-latest and o3-mini, 2025
        "Hosted tool '{tool}' is not supported with {model}.",
        "A hosted tool is offered to a model that does not have it.",
        None,
        example={"path": "tools", "tool": "web_search_preview", "model": "gpt-5-chat-latest"},
    ),
    "research_tool_missing": field_error(  # recorded by pydantic/pydantic-ai, 2026-03
        "Deep research models require at least one of 'web_search_preview', 'mcp', or 'file_search' tools.",
        "A model for deep research has nothing to search with.",
        None,
        example={"path": "tools"},
    ),
    "no_logprobs": field_error(  # K
        "logprobs are not supported with reasoning models.",
        "Logprobs are asked of a model that reasons.",
        "unsupported_parameter",
        example={"path": "top_logprobs"},
    ),
    "only_24h": field_error(  # K
        "This model is compatible only with 24h extended prompt caching",
        "`prompt_cache_retention` is `in_memory` for a model that does not have it.",
        "invalid_parameter",
        example={"path": "prompt_cache_retention"},
    ),
}
