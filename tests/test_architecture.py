"""The shape of the code, held by tests: floors, doors, charters, sizes, and nothing done at import.

Belongs here: what is true of every module alike. The floors and doors themselves are declared in
pyproject.toml ([tool.importlinter]); what a module does is tested where it is.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "pipelines"
MODULES = sorted(PACKAGE.rglob("*.py"))
PYTHON_FILES = sorted([*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").rglob("*.py")])
LONGEST_FILE = 400
SHORTEST_CHARTER = 60


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python(code: str) -> str:
    """Run `code` in an interpreter of its own, in which nothing has been imported yet."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VEEDOR_")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_floors_and_doors_are_kept() -> None:
    command = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(cache_dir=None))"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", PYTHON_FILES, ids=relative)
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_every_module_begins_with_its_charter(path: Path) -> None:
    charter = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert len(charter) >= SHORTEST_CHARTER, f"say what belongs in {relative(path)} and what does not"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_everything_public_says_what_it_means(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [
        f"{name_of(path)}.{node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent


def test_duckdb_connections_are_opened_in_one_place() -> None:
    opening = {
        relative(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr == "connect"
        and isinstance(node.value, ast.Name)
        and node.value.id == "duckdb"
    }
    assert opening == {"pipelines/duck.py"}


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("pipelines.cli", ["great_expectations", "pandas", "duckdb", "dagster"]),
        ("pipelines.cli.app", ["great_expectations", "pandas", "duckdb", "dagster", "prompt_toolkit"]),
        ("pipelines.definitions", ["great_expectations", "pandas", "duckdb"]),
    ],
)
def test_starting_up_leaves_heavy_libraries_alone(module: str, heavy: list[str]) -> None:
    loaded = python(f"import sys, {module}; print(*[n for n in {heavy!r} if n in sys.modules])").split()
    assert not loaded


# Runs before anything of ours is imported. An act counts as a module's own when no import machinery stands
# between it and the module: what another library does when it is imported is that library's matter. So is which
# variables it looks up when it is called (pydantic does for each class), but not which files or addresses.
WATCH = """
import importlib, json, os, sys
package, modules, acts = sys.argv[1], sys.argv[2:], []

def ours(what, stop="importlib"):
    frame = sys._getframe(2)
    while frame is not None and "importlib" not in frame.f_code.co_filename and stop not in frame.f_code.co_filename:
        if frame.f_code.co_filename.startswith(package):
            acts.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {what}")
            return
        frame = frame.f_back

EVENTS = ("open", "socket.", "subprocess.", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.system")

def hook(event, arguments):
    if event.startswith(EVENTS):
        ours(f"{event} {arguments[:1]}")

real = os._Environ.__getitem__

def getitem(self, key):
    ours(f"environment {key}", "site-packages")
    return real(self, key)

os._Environ.__getitem__ = getitem
sys.addaudithook(hook)
for module in modules:
    importlib.import_module(module)
found, acts = acts, []
print(json.dumps(found))
"""


def watched(package: Path, modules: list[str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(package), *modules],
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_no_module_reads_files_network_or_environment_at_import() -> None:
    modules = [name_of(path) for path in MODULES if path.name != "__main__.py"]
    assert watched(PACKAGE, modules) == []


def test_the_watch_on_imports_sees_what_it_looks_for(tmp_path: Path) -> None:
    package = tmp_path / "guilty"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "reads.py").write_text("from pathlib import Path\nTEXT = Path(__file__).read_text()\n")
    (package / "asks.py").write_text("import os\nHOME = os.environ.get('HOME')\n")
    (package / "lists.py").write_text("import os\nFILES = os.listdir('.')\n")
    (package / "innocent.py").write_text("import os\ndef f():\n    return os.environ['HOME']\n")
    found = watched(package, ["guilty.reads", "guilty.asks", "guilty.lists", "guilty.innocent"])
    assert [Path(act.split(":")[0]).stem for act in found] == ["reads", "asks", "lists"]
