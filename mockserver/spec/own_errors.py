"""The errors of this server alone: what its user has to mend, and its own faults."""

from collections.abc import Mapping
from typing import Final

from mockserver.spec.error_row import ApiErrorRow

MOCK_SERVER_ERROR: Final = "mock_server_error"
"""The type of errors that only this server has; SDKs do not retry them, since it is the test that is wrong."""

OWN_ERRORS: Final[Mapping[str, ApiErrorRow]] = {
    "no_matching_rule": ApiErrorRow(
        text="{message}",
        when="A workspace has rules, and none answers this request; the message names the nearest ones.",
        code="no_matching_rule",
        type=MOCK_SERVER_ERROR,
    ),
    "no_matching_recording": ApiErrorRow(
        text="{message}",
        when="No recording of the cassette answers this request; the message names the nearest ones.",
        code="no_matching_recording",
        type=MOCK_SERVER_ERROR,
    ),
    "unserved_route": ApiErrorRow(
        text=(
            "This mock server does not answer {method} {path}: it serves the Responses and Conversations APIs. Write a"
            ' rule that does: mock.on(method="{method}", path="{path}").reply(json={{…}}), or replay a recording.'
        ),
        when="A client asks for another part of OpenAI's API, and no rule or recording answers it.",
        code="unserved_route",
        status=404,
        type=MOCK_SERVER_ERROR,
    ),
    "host_not_allowed": ApiErrorRow(
        text=(
            "This mock server does not answer to the name '{host}': expected localhost, an IP address or the name that"
            " --host states. If the name is yours, start the server with --allow-host."
        ),
        when=(
            "The control API, or a server that records with a key of its own, is asked under the name of another site:"
            " a web page may have pointed its name at this machine (DNS rebinding)."
        ),
        code="host_not_allowed",
        status=403,
        type=MOCK_SERVER_ERROR,
        example={"host": "evil.example:8080"},
    ),
    "origin_not_allowed": ApiErrorRow(
        text=(
            "A page of '{origin}' may not use this part of the mock server. If the page is yours, start the server with"
            " --allow-host and the name of its host."
        ),
        when=(
            "A web page of another origin asks the control API, or a server that records with a key of its own (without"
            " `--cors`)."
        ),
        code="origin_not_allowed",
        status=403,
        type=MOCK_SERVER_ERROR,
        example={"origin": "https://evil.example"},
    ),
    "null_origin_not_allowed": ApiErrorRow(
        text=(
            "A page without an origin, such as a file or a sandboxed frame (`Origin: null`), may not use this part of"
            " the mock server. Serve the page over HTTP, from a host that --allow-host names."
        ),
        when="A web page without an origin asks the control API, or a server that records with a key of its own.",
        code="origin_not_allowed",
        status=403,
        type=MOCK_SERVER_ERROR,
    ),
    "unknown_prefix": ApiErrorRow(
        text=(
            "This mock server does not find {method} {path} below {prefix}. If your clients reach the API there, name"
            " the path: --prefix {prefix}, in Python Settings(prefix='{prefix}'). Else correct their base URL."
        ),
        when="A client has the API below a path that the server does not know, and no rule or recording answers it.",
        code="unknown_prefix",
        status=404,
        type=MOCK_SERVER_ERROR,
    ),
    "script_error": ApiErrorRow(
        text="{message}",
        when="A rule, or its reply, says something impossible.",
        code="script_error",
        type=MOCK_SERVER_ERROR,
    ),
    "cassette_error": ApiErrorRow(
        text="{message}", when="A cassette cannot be read or written.", code="cassette_error", type=MOCK_SERVER_ERROR
    ),
    "upstream_unreachable": ApiErrorRow(
        text="The upstream {upstream} gave no answer: {error}. Is its address right, and is it up?",
        when="While recording, the upstream cannot be reached.",
        code="upstream_unreachable",
        status=502,
        type=MOCK_SERVER_ERROR,
    ),
    "unknown_gate": ApiErrorRow(
        text="There is no gate '{gate}'; there are: {known}.",
        when="The control API is asked for a gate that does not exist.",
        code="unknown_gate",
        status=404,
        type=MOCK_SERVER_ERROR,
    ),
    "unknown_exchange": ApiErrorRow(
        text="There is no exchange {number}: it is no longer kept, or its workspace was reset.",
        when="The page at `/_mock/` opens an exchange that the journal does not have any longer.",
        code="unknown_exchange",
        status=404,
        type=MOCK_SERVER_ERROR,
    ),
    "unknown_workspace": ApiErrorRow(
        text="There is no workspace {number}; `GET /_mock/keys` lists them.",
        when="The page at `/_mock/` names a workspace that the server does not have any longer.",
        code="unknown_workspace",
        status=404,
        type=MOCK_SERVER_ERROR,
    ),
    "unknown_rule": ApiErrorRow(
        text="There is no rule {number} that was written in a file or sent to the control API.",
        when="The page at `/_mock/` asks for the text of a rule that is gone, or was made in Python.",
        code="unknown_rule",
        status=404,
        type=MOCK_SERVER_ERROR,
    ),
    "unknown_recording": ApiErrorRow(
        text="No recording answered the exchange {number}.",
        when="The page at `/_mock/` asks for the recording of an exchange that a rule or the default answered.",
        code="unknown_recording",
        status=404,
        type=MOCK_SERVER_ERROR,
    ),
    "internal_error": ApiErrorRow(  # a bug of this server must not look like one of the API's own faults
        text="The mock server itself failed: {error}. Its log has the traceback; please report it.",
        when="This server has a bug.",
        code="internal_error",
        status=500,
        type=MOCK_SERVER_ERROR,
    ),
}
