"""Doors: what a package gives lazily, what its `.pyi` tells type checkers, and what a server does not import."""

import ast
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STUBS = sorted((ROOT / "mockserver").rglob("__init__.pyi"))

PLAIN = """
import http.client, json, sys
from mockserver import MockServer

with MockServer() as server:
    connection = http.client.HTTPConnection(server.base_url.split("/")[2])
    for stream in (False, True):
        body = json.dumps({"model": "gpt-4o", "input": "hello", "stream": stream})
        connection.request("POST", "/v1/responses", body, {"Authorization": "Bearer a"})
        assert "Mock reply" in connection.getresponse().read().decode()
    workspace = server.workspace("a")
    assert len(workspace.requests) == 2
    assert not workspace.problems()
print(*sys.modules)
"""
UNUSED = (
    "faker",
    "jsonschema",
    "yaml",
    "mockserver.authoring",
    "mockserver.cassette",
    "mockserver.page.",
    "mockserver.replay.",
    "mockserver.samples.values",
    "mockserver.script.",
    "mockserver.upstream.",
    "mockserver.web.profiles.",
    "mockserver.web.websocket.",
)


def package_of(stub: Path) -> str:
    return ".".join(stub.parent.relative_to(ROOT).parts)


def homes_in(stub: Path) -> dict[str, tuple[str, str]]:
    """Public name -> module and name, as a stub imports them."""
    imports = [node for node in ast.parse(stub.read_text()).body if isinstance(node, ast.ImportFrom)]
    return {one.asname or one.name: (node.module or "", one.name) for node in imports for one in node.names}


def test_every_folder_with_a_door_has_a_stub():
    with_door = [path for path in (ROOT / "mockserver").rglob("__init__.py") if "attach(" in path.read_text()]

    assert [path.with_suffix(".pyi") for path in sorted(with_door)] == STUBS


@pytest.mark.parametrize("stub", STUBS, ids=package_of)
def test_stub_lists_the_names_of_its_door(stub):
    (listed,) = (node.value for node in ast.parse(stub.read_text()).body if isinstance(node, ast.Assign))

    assert ast.literal_eval(listed) == import_module(package_of(stub)).__all__
    assert sorted(homes_in(stub)) == import_module(package_of(stub)).__all__


@pytest.mark.parametrize("stub", STUBS, ids=package_of)
def test_door_gives_what_its_stub_imports(stub):
    door = import_module(package_of(stub))

    for public, (module, name) in homes_in(stub).items():
        assert getattr(door, public) is getattr(import_module(module), name)


@pytest.mark.parametrize("stub", STUBS, ids=package_of)
def test_no_name_of_a_door_is_that_of_a_module_behind_it(stub):
    modules = {path.stem for path in stub.parent.iterdir()}  # importing one sets it as the package's attribute

    assert modules.isdisjoint(homes_in(stub))


@pytest.mark.parametrize("stub", STUBS, ids=package_of)
def test_door_lists_its_names_and_refuses_others(stub):
    door = import_module(package_of(stub))

    assert dir(door) == door.__all__
    with pytest.raises(AttributeError, match=f"module '{door.__name__}' has no attribute 'nothing'; it offers "):
        _ = door.nothing


def test_server_that_answers_plain_text_imports_nothing_behind_its_doors():
    done = subprocess.run([sys.executable, "-c", PLAIN], cwd=ROOT, check=True, capture_output=True, text=True)

    assert [name for name in done.stdout.split() if name.startswith(UNUSED)] == []


def packed_in_wheel(folder):
    """The names of the files in a wheel that is built in a folder."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_wheel_carries_what_type_checkers_read(tmp_path):
    packed = packed_in_wheel(tmp_path)

    assert {str(stub.relative_to(ROOT)) for stub in STUBS} <= packed
    assert "mockserver/py.typed" in packed


def test_wheel_carries_the_rules_of_secrets_with_their_licence(tmp_path):
    packed = packed_in_wheel(tmp_path)

    assert "mockserver/cassette/secret_rules.json" in packed
    assert [name for name in packed if name.endswith("dist-info/licenses/LICENSES/gitleaks.txt")]
