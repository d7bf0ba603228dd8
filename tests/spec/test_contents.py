"""Parts of the input are checked like OpenAI checks them: which fields go together, and what data URLs hold."""

from base64 import b64encode

import pytest

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_schema

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
WEBP = b"RIFF1234WEBPVP8 "
EVERY_IMAGE = (PNG, b"\xff\xd8\xff\xe0" + bytes(12), b"GIF87a" + bytes(8), b"GIF89a", WEBP)
HTTPS = "https://example.com/a.png"
PDF = "data:application/pdf;base64,JVBERi0xLjQ="


def data_url(data, kind="image/png"):
    return f"data:{kind};base64,{b64encode(data).decode()}"


def in_message(part):
    return {"role": "user", "content": [{"type": "input_text", "text": "Look."}, part]}, "input[0].content[1]"


def in_output(part):
    return {"type": "function_call_output", "call_id": "call_1", "output": [part]}, "input[0].output[0]"


def in_custom_output(part):
    return {"type": "custom_tool_call_output", "call_id": "call_1", "output": [part]}, "input[0].output[0]"


EVERYWHERE = pytest.mark.parametrize("where", [in_message, in_output, in_custom_output])


def refusal(part, where=in_message):
    """Code, param and message of the first fault, without the place of the part; None where it passes."""
    item, place = where(part)
    try:
        check_schema("responses.create", {"model": "gpt-4o", "input": [item]})
    except ApiError as error:
        refused = error
    else:
        return None
    assert (refused.status, refused.type) == (400, "invalid_request_error")
    return refused.code, (refused.param or "").replace(place, "PART"), refused.message.replace(place, "PART")


def image(**fields):
    return {"type": "input_image", "detail": "auto", **fields}


def file(**fields):
    return {"type": "input_file", **fields}


def excluded(names):
    message = f"Mutually exclusive parameters: 'PART'. Ensure you are only providing one of: {names}."
    return "mutually_exclusive_parameters", "PART", message


NO_SOURCE = (
    "missing_mutually_exclusive_parameters",
    "PART",
    "Missing mutually exclusive parameters: 'PART'. Ensure you are providing exactly one of: 'file_id' or 'image_url'.",
)


@EVERYWHERE
@pytest.mark.parametrize(
    ("part", "error"),
    [
        pytest.param(image(file_id="file-1", image_url=HTTPS), excluded("'file_id' or 'image_url'"), id="both"),
        pytest.param(image(), NO_SOURCE, id="neither"),
        pytest.param(image(file_id=None, image_url=None), NO_SOURCE, id="nulls"),
        pytest.param(image(image_url=""), NO_SOURCE, id="empty"),
        pytest.param(image(file_id="file-1", image_url=None), None, id="file"),
        pytest.param(image(image_url=HTTPS), None, id="url"),
        pytest.param(file(file_id="file-1", filename="a.pdf"), excluded("'file_id' or 'filename'"), id="named id"),
        pytest.param(
            file(file_url="https://example.com/a.pdf", filename="a.pdf"),
            excluded("'file_id' or 'filename'"),
            id="named url",
        ),
        pytest.param(file(file_data=PDF, filename="a.pdf"), None, id="named data"),
        pytest.param(file(file_data=PDF), None, id="data without a name"),
        pytest.param(file(file_id="file-1"), None, id="file id"),
        pytest.param(file(file_url="https://example.com/a.pdf"), None, id="file url"),
    ],
)
def test_fields_of_a_part_go_together_or_not(part, error, where):
    assert refusal(part, where) == error


def wrong_image(got):
    message = (
        "Invalid 'PART.image_url'. Expected a base64-encoded data URL with an image MIME type (e.g."
        f" 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got {got}."
    )
    return "invalid_value", "PART.image_url", message


NO_URL = (
    "invalid_value",
    "PART.image_url",
    "Invalid 'PART.image_url'. Expected a valid URL, but got a value with an invalid format.",
)
NO_IMAGE = (
    "invalid_value",
    "input",
    (
        "The image data you provided does not represent a valid image. Please check your input and try again with one"
        " of the supported image formats: ['image/jpeg', 'image/png', 'image/gif', 'image/webp']."
    ),
)
NO_BASE64 = "an invalid base64-encoded value"


@EVERYWHERE
@pytest.mark.parametrize(
    ("url", "error"),
    [
        pytest.param("image.jpg", NO_URL, id="name"),
        pytest.param("[image omitted]", NO_URL, id="no url"),
        pytest.param("data:image/png,abc", wrong_image("a value without the ';base64' separator"), id="not base64"),
        pytest.param("data:image/png;base64", wrong_image("empty base64-encoded bytes"), id="no comma"),
        pytest.param(PDF, wrong_image("unsupported MIME type 'application/pdf'"), id="pdf"),
        pytest.param("data:;base64,AAAA", wrong_image("unsupported MIME type ''"), id="no type"),
        pytest.param("data:image/png;base64,", wrong_image("empty base64-encoded bytes"), id="empty"),
        pytest.param("data:image/png;base64, \n", wrong_image("empty base64-encoded bytes"), id="blank"),
        pytest.param("data:image/png;base64,{'type': 1}", wrong_image(NO_BASE64), id="dict"),
        pytest.param("data:image/png;base64,iVBORw0KGgo=é", wrong_image(NO_BASE64), id="letters"),
        pytest.param("data:image/png;base64,iVBOR", wrong_image(NO_BASE64), id="length"),
        pytest.param(data_url(b"hello world"), NO_IMAGE, id="text"),
        pytest.param(data_url(b"BM" + bytes(20), "image/bmp"), NO_IMAGE, id="bmp"),
        pytest.param(data_url(b"x"), NO_IMAGE, id="one byte"),
        *(pytest.param(data_url(data), None, id=repr(data[:4])) for data in EVERY_IMAGE),
        pytest.param(data_url(PNG).upper()[:10] + data_url(PNG)[10:], None, id="capitals"),
        pytest.param("DATA:image/png;base64,{}", wrong_image(NO_BASE64), id="capitals, and no base64"),
        pytest.param("data:image/png;base64,iVBORw0KGgo_-A==", None, id="the alphabet of URLs"),
        pytest.param(data_url(PNG).rstrip("="), None, id="without padding"),
        pytest.param(data_url(WEBP)[:30] + "\r\n" + data_url(WEBP)[30:], None, id="line break"),
        pytest.param("data:image/png;charset=utf-8;base64," + b64encode(PNG).decode(), None, id="option"),
        pytest.param("gs://bucket/a.png", None, id="other scheme"),
    ],
)
def test_image_urls_are_urls_of_images(url, error, where):
    assert refusal(image(image_url=url), where) == error


def wrong_file(got):
    message = (
        "Invalid file data: 'PART.file_data'. Expected a base64-encoded data URL with a valid file MIME type (e.g."
        f" 'data:text/plain;base64,SGVsbG8sIFdvcmxkIQ=='), but got {got}."
    )
    return "invalid_value", "PART.file_data", message


def unsupported(kind):
    code, param, message = wrong_file(f"unsupported MIME type '{kind}'")
    more = "Please see https://platform.openai.com/docs/assistants/tools/file-search#supported-files for supported"
    return code, param, f"{message} {more} file types."


@EVERYWHERE
@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param("JVBERi0xLjQ=", wrong_file("a value without the 'data:' prefix"), id="no data url"),
        pytest.param("data:audio/mpeg;base64,SUQz", unsupported("audio/mpeg"), id="audio"),
        pytest.param("data:application/octet-stream;base64,AAAA", unsupported("application/octet-stream"), id="bytes"),
        pytest.param("data:application/pdf;base64,", wrong_file("empty base64-encoded bytes"), id="empty"),
        pytest.param("data:application/pdf;base64,<pdf>", wrong_file(NO_BASE64), id="no base64"),
        pytest.param(PDF, None, id="pdf"),
        pytest.param("data:text/x-anything;base64,aGVsbG8=", None, id="other type"),
    ],
)
def test_file_data_are_data_urls_of_files(data, error, where):
    assert refusal(file(file_data=data, filename="a"), where) == error


def test_items_of_conversations_are_checked_as_well():
    item, _ = in_message(image())
    with pytest.raises(ApiError) as refused:
        check_schema("conversations.items.create", {"items": [item]})
    assert refused.value.error == {
        "message": (
            "Missing mutually exclusive parameters: 'items[0].content[1]'. Ensure you are providing exactly one of:"
            " 'file_id' or 'image_url'."
        ),
        "type": "invalid_request_error",
        "param": "items[0].content[1]",
        "code": "missing_mutually_exclusive_parameters",
    }


def test_wrong_field_is_reported_before_those_that_do_not_go_together():
    assert refusal(image(file_id=7, image_url=HTTPS)) == (
        "invalid_type",
        "PART.file_id",
        "Invalid type for 'PART.file_id': expected a string, but got an integer instead.",
    )
