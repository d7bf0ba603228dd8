"""Node clients, where they are installed: `make node` puts them beside `tests/sdk/node/package.json`."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mockserver import Workspace
from pytest_plugin.environment import variables

CLIENTS = Path(__file__).parents[1] / "sdk" / "node"
MODULES = CLIENTS / "node_modules"
NODE = shutil.which("node") or ""


def needs(package: str) -> pytest.MarkDecorator:
    """Skips tests where Node, or a package (a glob), is not installed."""
    installed = NODE and any(MODULES.glob(f"{package}/package.json"))
    return pytest.mark.skipif(not installed, reason=f"{package} is not installed: `make node` installs it")


def run_script(workspace: Workspace, script: str, *arguments: str, env: str | tuple[str, ...] = "openai") -> Any:
    """Gives what a script of the folder `node` prints, as JSON, when it asks a workspace.

    `env` says whose variables are set, as it does for the plugin's marker.
    """
    names = (env,) if isinstance(env, str) else env
    others = {name: value for name, value in os.environ.items() if "OPENAI_" not in name}
    done = subprocess.run(
        [NODE, CLIENTS / script, *arguments],
        env={**others, **variables(workspace.base_url, workspace.api_key, names)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
