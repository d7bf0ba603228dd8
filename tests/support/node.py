"""Node clients, where they are installed: `make node` puts them beside `tests/sdk/node/package.json`."""

import shutil
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parents[1] / "sdk" / "node"
MODULES = CLIENTS / "node_modules"
NODE = shutil.which("node") or ""


def needs(package: str) -> pytest.MarkDecorator:
    """Skips tests where Node, or a package (a glob), is not installed."""
    installed = NODE and any(MODULES.glob(f"{package}/package.json"))
    return pytest.mark.skipif(not installed, reason=f"{package} is not installed: `make node` installs it")
