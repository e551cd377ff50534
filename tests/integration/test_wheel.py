"""The wheel: what somebody gets who installs Veedor without a checkout.

Belongs here: that sdist and wheel carry every file that the code reads, and that the installed command works in
a folder that knows nothing of this one. The dependencies are those of the environment that runs the tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Their header is the roles' own names, which needs no layout.
SAMPLES = ROOT / "tests" / "samples" / "contracts_register"
DATA_SUFFIXES = {".json", ".yaml", ".sql", ".j2", ".css", ".js", ".svg", ".md"}

SOURCES = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: una
    portal: direct
    publisher: {name: Una institución}
    owner: {name: Una unidad, email: datos@dependencia.example}
    datasets:
      - id: contratos
        guide_dataset: contracts_register
        distributions: [{id: csv, url: "https://datos.example/contratos.csv"}]
"""


def run(*command: str | Path, cwd: Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command; with `home`, in an environment that holds nothing else of ours."""
    environment = dict(os.environ)
    if home is not None:
        environment = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "NO_COLOR": "1"}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=240
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from an sdist built from the checkout: what a release uploads."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def veedor(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed in a fresh environment that sees the dependencies but not the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    done = run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    python = folder / "venv" / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile")
    done = run(*pip, wheel, cwd=folder, home=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    # A folder named in a .pth file lends its packages; .pth files in it (an editable Veedor) are not followed.
    packages = next((folder / "venv" / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.with_name("veedor")


def test_the_wheel_carries_every_file_that_the_code_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    # What git ignores is in no sdist; nothing of that kind lies in these two folders but bytecode.
    package = {path for path in (ROOT / "pipelines").rglob("*") if path.suffix in {".py", *DATA_SUFFIXES}}
    needed = {path.relative_to(ROOT).as_posix() for path in package}
    rules = {path for path in (ROOT / "expectations").rglob("*") if path.is_file()}
    needed |= {f"pipelines/{path.relative_to(ROOT).as_posix()}" for path in rules}
    assert needed - held == set()
    for part in ("history/migrations/0001_initial.sql", "history/views.sql", "demo/sources.yaml"):
        assert f"pipelines/{part}" in held
    assert any(name.startswith("pipelines/alerts/templates/") for name in held)
    assert any(name.startswith("pipelines/site/") and name.endswith(".j2") for name in held)


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        licences = [name for name in archive.namelist() if name.endswith("/licenses/LICENSE")]
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pipelines"}
    assert licences


def test_the_installed_command_runs_from_its_own_files(veedor: Path, tmp_path: Path) -> None:
    code = "import pipelines, pipelines.settings as s; print(pipelines.__file__, s.packaged_expectations())"
    done = run(veedor.with_name("python"), "-c", code, cwd=tmp_path, home=tmp_path)
    package, expectations = map(Path, done.stdout.split())
    assert package.is_relative_to(veedor.parents[1])
    assert expectations == package.parent / "expectations"


def test_the_installed_command_says_its_version(veedor: Path, wheel: Path, tmp_path: Path) -> None:
    done = run(veedor, "--version", cwd=tmp_path, home=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, f"veedor {wheel.name.split('-')[1]}")


def test_the_installed_command_checks_a_declaration(veedor: Path, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    done = run(veedor, "sources", "check", cwd=tmp_path, home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sources.yaml is valid" in done.stdout

    (tmp_path / "sources.yaml").write_text(SOURCES.replace("contracts_register", "contract_register"))
    done = run(veedor, "sources", "check", cwd=tmp_path, home=tmp_path)
    assert done.returncode == 2
    assert "contract_register" in done.stderr


@pytest.mark.parametrize(("sample", "code"), [("good", 0), ("bad", 1)])
def test_the_installed_command_validates_a_file(veedor: Path, tmp_path: Path, sample: str, code: int) -> None:
    shutil.copy(SAMPLES / f"{sample}.csv", tmp_path / "contratos.csv")
    command = (veedor, "validate", "contratos.csv", "--suite", "contracts_register", "--json")
    done = run(*command, cwd=tmp_path, home=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert result["layout"].startswith("roles")
    assert result["rows"] == (SAMPLES / f"{sample}.csv").read_text(encoding="utf-8").count("\n") - 1
    assert {item["outcome"] for item in result["results"]} >= ({"failed"} if code else {"passed"})
