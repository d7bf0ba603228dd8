"""The errors about contents: parts of the input, formats and schemas. Sources as in `api_errors`."""

from collections.abc import Mapping
from typing import Final

from mockserver.spec.error_row import ApiErrorRow
from mockserver.spec.field_errors import field_error

CONTENT_ERRORS: Final[Mapping[str, ApiErrorRow]] = {
    "mutually_exclusive_fields": field_error(  # issues, 2026; public notes that quote the bodies
        "Mutually exclusive parameters: '{path}'. Ensure you are only providing one of: {names}.",
        "A part of the input has two fields that do not go together, such as `file_id` and `filename`.",
        "mutually_exclusive_parameters",
        example={"path": "input[0].content[0]", "names": "'file_id' or 'image_url'"},
    ),
    "exclusive_fields_missing": field_error(  # issues, 2026; public notes that quote the bodies
        "Missing mutually exclusive parameters: '{path}'. Ensure you are providing exactly one of: {names}.",
        "An image has neither a `file_id` nor an `image_url`.",
        "missing_mutually_exclusive_parameters",
        example={"path": "input[0].content[0]", "names": "'file_id' or 'image_url'"},
    ),
    "invalid_url": field_error(  # issues
        "Invalid '{path}'. Expected a valid URL, but got a value with an invalid format.",
        "The URL of an image is none.",
        "invalid_value",
        example={"path": "input[0].content[0].image_url"},
    ),
    "invalid_image_data": field_error(  # issues
        "Invalid '{path}'. Expected a base64-encoded data URL with an image MIME type (e.g."
        " 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got {got}.",
        "A data URL of an image is empty, not in base64, or of another type.",
        "invalid_value",
        example={"path": "input[0].content[0].image_url", "got": "an invalid base64-encoded value"},
    ),
    "not_an_image": ApiErrorRow(  # issues
        text=(
            "The image data you provided does not represent a valid image. Please check your input and try again with"
            " one of the supported image formats: ['image/jpeg', 'image/png', 'image/gif', 'image/webp']."
        ),
        when="The data of an image do not begin like one.",
        code="invalid_value",
        param="input",
    ),
    "unsupported_file_type": field_error(  # P
        "Invalid file data: '{path}'. Expected a base64-encoded data URL with a valid file MIME type (e.g."
        " 'data:text/plain;base64,SGVsbG8sIFdvcmxkIQ=='), but got unsupported MIME type '{kind}'. Please see"
        " https://platform.openai.com/docs/assistants/tools/file-search#supported-files for supported file types.",
        "A file is audio, or of no type.",
        "invalid_value",
        example={"path": "input[0].content[0].file_data", "kind": "audio/mpeg"},
    ),
    "invalid_file_data": field_error(  # our choice: the sentence of P, with what is said of images
        "Invalid file data: '{path}'. Expected a base64-encoded data URL with a valid file MIME type (e.g."
        " 'data:text/plain;base64,SGVsbG8sIFdvcmxkIQ=='), but got {got}.",
        "The data of a file are no data URL, empty, or not in base64.",
        "invalid_value",
        example={"path": "input[0].content[0].file_data", "got": "a value without the 'data:' prefix"},
    ),
    "json_not_mentioned": ApiErrorRow(  # the sentence is quoted by pydantic/pydantic-ai; the param is our choice
        text=(
            "Response input messages must contain the word 'json' in some form to use 'text.format' of type"
            " 'json_object'."
        ),
        when="`text.format` is `json_object`, and the input does not mention JSON; `instructions` do not count.",
        param="input",
    ),
    "invalid_function_parameters": field_error(  # recorded by Mirascope/mirascope
        "Invalid schema for function '{name}': {reason}",
        "The parameters of a function are not a JSON Schema of an object, or cannot be followed strictly.",
        "invalid_function_parameters",
        example={"path": "tools[0].parameters"},
    ),
    "invalid_json_schema": field_error(  # issues
        "Invalid schema for response_format '{name}': {reason}",
        "The schema of a text format is not a JSON Schema, or cannot be followed strictly.",
        "invalid_json_schema",
        example={"path": "text.format.schema"},
    ),
}
