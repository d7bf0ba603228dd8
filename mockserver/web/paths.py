"""Where clients look for the API: below `/v1`, at the root, below Azure's prefixes, or below one of one's own."""

import re
from typing import Final

from mockserver.spec.operations import API

CONTROL: Final = "/_mock/"

# Source: the clients `AzureOpenAI` of openai 3.52.0 (`/openai`, and `/openai/deployments/{name}` for a client made for
# one deployment), and Azure's newer address `/openai/v1`, which `OpenAI` takes as its base URL.
_AZURE: Final = re.compile(r"/openai(?:/v1|/deployments/[^/]+)?(?=/)")


def api_path(path: str, *, prefix: str = "") -> str:
    """A request's path as the API has it, below `/v1`; `prefix` is one that this server has besides the known ones.

    A path of the control API, and what is no path, stays as it is.
    """
    if f"{path}/".startswith(CONTROL) or not path.startswith("/"):
        return path
    if prefix and path.startswith(f"{prefix}/"):
        path = path[len(prefix) :]
    azure = _AZURE.match(path)
    if azure is not None:
        path = path[azure.end() :]
    return path if f"{path}/".startswith(f"{API}/") else API + path
