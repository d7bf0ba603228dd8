"""The openai package for Node with Azure's client, which refuses its endpoint while OPENAI_BASE_URL is set."""

import pytest

from mockserver import Workspace
from tests.support.node import needs, run_script


@needs("openai")
def test_azure_client_finds_the_workspace_by_its_own_variables_alone(workspace: Workspace):
    workspace.on(model="my-deployment").reply("Hello from Azure.")

    assert run_script(workspace, "azure.mjs", env="azure") == {
        "model": "my-deployment",
        "text": "Hello from Azure.",
        "streamed": "Hello from Azure.",
        "status": 404,
    }
    assert [one.path for one in workspace.requests] == ["/v1/responses", "/v1/responses", "/v1/responses/resp_unknown"]


@needs("openai")
def test_variables_of_both_clients_are_refused_by_azures_for_node(workspace: Workspace):
    with pytest.raises(AssertionError, match="baseURL and endpoint are mutually exclusive"):
        run_script(workspace, "azure.mjs", env=("openai", "azure"))
