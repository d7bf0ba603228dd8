"""Where clients look for the API, who they say they are, and pages of other origins."""

import openai
import pytest

from mockserver import MockServer, Settings, SettingsError
from mockserver.web.paths import api_path
from tests.support.bodies import ask
from tests.support.http import send

MODEL = "gpt-4o"


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("/v1/responses", "/v1/responses"),
        ("/responses", "/v1/responses"),
        ("/openai/v1/responses/resp_1", "/v1/responses/resp_1"),
        ("/openai/responses", "/v1/responses"),
        ("/openai/deployments/my%20model/embeddings", "/v1/embeddings"),
        ("/proxy/v1/responses", "/v1/responses"),
        ("/proxy/openai/v1/responses", "/v1/responses"),
        ("/proxy", "/v1/proxy"),
        ("/proxyish/v1/responses", "/v1/proxyish/v1/responses"),
        ("/_mock/health", "/_mock/health"),
        ("http://elsewhere/v1", "http://elsewhere/v1"),
        ("*", "*"),
    ],
)
def test_path_is_found_wherever_the_base_url_puts_it(sent, path):
    assert api_path(sent, prefix="/proxy") == path


@pytest.mark.parametrize("base", ["/v1", "", "/openai/v1", "/openai", "/openai/deployments/gpt-4o", "/team/v1"])
def test_client_reaches_the_api_below_any_known_path(base):
    with MockServer(Settings(prefix="/team")) as server:
        mock = server.workspace()
        mock.on(input="hello").reply("Hi.")
        client = openai.OpenAI(base_url=f"{server.origin}{base}", api_key=mock.api_key, max_retries=0)
        made = client.responses.create(model=MODEL, input="hello")

        assert made.output_text == "Hi."
        assert client.responses.retrieve(made.id).id == made.id
        assert {exchange.path.partition("resp_")[0] for exchange in mock.requests} == {
            "/v1/responses",
            "/v1/responses/",
        }


@pytest.mark.parametrize("prefix", ["proxy", "/proxy/", "/"])
def test_prefix_that_is_no_path_is_refused(prefix):
    with pytest.raises(SettingsError, match=f"prefix is '{prefix}'; expected a path like '/proxy'"):
        Settings(prefix=prefix)


@pytest.mark.parametrize(
    ("sent", "prefix"),
    [
        ("/gateway/v1/responses", "/gateway"),
        ("/gateway/responses/resp_1", "/gateway"),
        ("/team/a/openai/v1/responses", "/team/a"),
        ("/v1/v1/responses", "/v1"),
    ],
)
def test_path_below_an_unknown_prefix_is_a_problem_that_names_it(raw, workspace, sent, prefix):
    reply = raw("POST", sent, {})

    assert (reply.status, reply.json["error"]["code"]) == (404, "unknown_prefix")
    assert f"Settings(prefix='{prefix}')" in reply.json["error"]["message"]
    assert len(workspace.problems()) == 1


@pytest.mark.parametrize("sent", ["/v1/files/models", "/gateway/v1/files", "/v1/nowhere"])
def test_part_of_the_api_that_is_not_served_has_no_prefix(raw, sent):
    assert raw("POST", sent, {}).json["error"]["code"] == "unserved_route"


def test_error_names_the_path_that_was_sent(raw):
    unknown = raw("POST", "/openai/responses/resp_1/nowhere", {})
    assert unknown.json["error"]["message"] == "Invalid URL (POST /openai/responses/resp_1/nowhere)"
    wrong = raw("PATCH", "/responses", {})
    assert (wrong.status, wrong.header("allow")) == (405, "GET, POST")
    assert wrong.json["error"]["message"] == "Invalid method for URL (PATCH /responses)"


# Azure


def azure(workspace, **options):
    options = {"azure_endpoint": workspace.base_url.removesuffix("/v1"), "api_version": "2025-04-01-preview", **options}
    return openai.AzureOpenAI(max_retries=0, default_headers={"connection": "close"}, **options)


def test_azure_client_sends_its_key_in_a_header_of_its_own(workspace):
    workspace.on(input="hello").reply("Hi.")
    said = azure(workspace, api_key=workspace.api_key).responses.create(model="my-deployment", input="hello")

    assert (said.output_text, said.model) == ("Hi.", "my-deployment")
    (exchange,) = workspace.requests
    assert exchange.headers["api-key"] == workspace.api_key
    assert exchange.query == (("api-version", "2025-04-01-preview"),)


def test_azure_client_for_one_deployment(workspace):
    workspace.on(input="hello").reply("Hi.")
    client = azure(workspace, api_key=workspace.api_key, azure_deployment="my-deployment")

    assert client.responses.create(model="my-deployment", input="hello").output_text == "Hi."


def test_azure_client_with_a_token(workspace):
    workspace.on(input="hello").reply("Hi.")
    client = azure(workspace, azure_ad_token=workspace.api_key)

    assert client.responses.create(model="my-deployment", input="hello").output_text == "Hi."


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"api-key": "sk-good"}, 200),
        ({"api-key": " sk-good "}, 200),
        ({"authorization": "Bearer", "api-key": "sk-good"}, 200),
        ({"authorization": "Bearer sk-good", "api-key": "sk-other"}, 200),
        ({"api-key": "sk-other"}, 401),
        ({"api-key": ""}, 401),
    ],
)
def test_key_may_stand_in_azures_header(headers, status):
    with MockServer(Settings(api_keys=("sk-good",))) as server:
        assert send(server.base_url, "POST", "/v1/responses", ask(), key=None, headers=headers).status == status


REFUSED = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)
NOT_DEPLOYED = (
    "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, "
    "please wait a moment and try again."
)


def test_gateway_of_azure_has_errors_of_its_own():
    with MockServer(Settings(profile="azure-openai", api_keys=("sk-good",))) as server:
        mock = server.workspace("sk-good")
        mock.on(model="missing").fault(status=404, code="DeploymentNotFound")
        with pytest.raises(openai.AuthenticationError) as refused:
            azure(mock, api_key="sk-other").responses.create(model="m", input="hello")
        with pytest.raises(openai.NotFoundError) as missing:
            azure(mock, api_key="sk-good").responses.create(model="missing", input="hello")
        with pytest.raises(openai.BadRequestError) as invalid:
            azure(mock, api_key="sk-good").responses.create(model="m", input="hello", temperature=9)

    assert refused.value.body == {"code": "401", "message": REFUSED}
    assert missing.value.body == {"code": "DeploymentNotFound", "message": NOT_DEPLOYED}
    assert invalid.value.param == "temperature"


# Other methods, and browsers

PAGE = {"origin": "http://localhost:3000"}


def test_options_names_the_methods_and_asks_for_no_key(raw, workspace):
    reply = raw("OPTIONS", "/v1/conversations/conv_1", key=None)

    assert (reply.status, reply.body, reply.header("allow")) == (204, b"", "DELETE, GET, POST")
    assert len(workspace.requests) == 0
    assert raw("OPTIONS", "/v1/nowhere", key=None).status == 404


def test_other_origins_are_not_let_in_unless_asked_for(raw):
    preflight = raw("OPTIONS", "/v1/responses", key=None, headers=PAGE)
    reply = raw("POST", "/v1/responses", ask(), headers=PAGE)

    assert [each.header("access-control-allow-origin") for each in (preflight, reply)] == [None, None]


@pytest.mark.parametrize("body", [ask(), ask(stream=True), {"model": 1}], ids=["json", "stream", "error"])
def test_pages_of_any_origin_may_use_the_api_with_cors(body):
    asks = {**PAGE, "access-control-request-method": "POST", "access-control-request-headers": "authorization, x-own"}
    with MockServer(Settings(cors=True)) as server:
        preflight = send(server.base_url, "OPTIONS", "/v1/responses", key=None, headers=asks)
        reply = send(server.base_url, "POST", "/v1/responses", body, key="sk-1", headers=PAGE)
        control = send(server.base_url, "GET", "/_mock/requests", key="sk-1", headers=PAGE)
        curl = send(server.base_url, "POST", "/v1/responses", body, key="sk-1")

    assert (preflight.status, preflight.header("access-control-allow-origin")) == (204, "*")
    assert preflight.header("access-control-allow-methods") == "GET, POST"
    assert preflight.header("access-control-allow-headers") == "authorization, x-own"
    assert reply.header("access-control-allow-origin") == "*"
    assert control.header("access-control-allow-origin") is None
    assert curl.header("access-control-allow-origin") is None
