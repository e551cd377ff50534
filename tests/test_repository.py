"""What lies in the repository: nothing large, nothing of one machine, nothing left for later.

Belongs here: rules about files whatever they hold. It looks at what git would commit, so that data folders and
environments beside the code do not matter; without git, at everything but those.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {
    *(".ci", ".editorconfig", ".gitignore"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
    *("docs", "expectations", "pipelines", "tests", "benchmarks", "deploy"),
    *("pyproject.toml", "sources.yaml", "uv.lock"),
}
OPTIONAL = {"benchmarks"}
LARGEST = 500_000
# The lock file is written by a tool and names every file of every dependency.
LARGER = {"uv.lock": 2_000_000}
TEXT = {
    "",
    ".py",
    ".md",
    ".toml",
    ".ttl",
    ".yaml",
    ".yml",
    ".json",
    ".ipynb",
    ".sql",
    ".j2",
    ".css",
    ".js",
    ".svg",
    ".csv",
    ".lock",
    ".txt",
    # deploy/
    ".service",
    ".timer",
    ".conf",
    ".sh",
    ".env",
    ".dockerignore",
}

# A letter in brackets keeps this file from holding what it looks for.
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E)\b")
FOREIGN = re.compile(
    "|".join(
        (
            r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]|User[s])/",  # somebody's machine
            r"\.\./share[d]\b",
            r"pyp[i]\.org|pythonhoste[d]\.org",  # a package index: the installer's own setting
            r"\bAKIA[0-9A-Z]{16}|\bghp_\w{36}|-----BEGIN [A-Z ]*PRIVATE KE[Y]",  # credentials
        )
    )
)


def committed() -> list[Path]:
    """Every file that git holds or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if listed.returncode != 0:
        pytest.skip("not a checkout of git")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[Path]:
    """The same without what earlier versions left, which is compressed."""
    return [path for path in committed() if not ("released" in path.parts and path.suffix in (".gz", ".xz"))]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_top_level_holds_what_it_should() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in committed()}
    assert found - TOP_LEVEL == set()
    assert TOP_LEVEL - OPTIONAL - found == set()


def test_no_file_is_large() -> None:
    large = {relative(path): path.stat().st_size for path in committed()}
    assert {name: size for name, size in large.items() if size > LARGER.get(name, LARGEST)} == {}


def test_every_file_is_of_a_known_kind_and_text_is_utf8() -> None:
    for path in texts():
        assert path.suffix in TEXT, relative(path)
        if "samples" not in path.parts:
            path.read_text(encoding="utf-8")


def test_nothing_is_left_for_later_and_nothing_is_of_one_machine() -> None:
    found = [
        f"{relative(path)}:{number}: {line.strip()[:120]}"
        for path in texts()
        if path.name != "uv.lock" and "samples" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line) or FOREIGN.search(line)
    ]
    # The one place that knows where the corpus may lie.
    assert [line for line in found if not line.startswith("tests/conftest.py:")] == []


def test_the_search_for_unwanted_words_finds_them() -> None:
    assert UNFINISHED.search("# TO_DO: later".replace("_", ""))
    for text in ("/wor_k/main", "see /hom_e/ana/x", "https://pyp_i.org/x", ".._/shared/corpus"):
        assert FOREIGN.search(text.replace("_", "")), text
    for text in ("https://a.example/home/page", "pipelines/site", "todo el texto", "a/work/b"):
        assert not FOREIGN.search(text), text
        assert not UNFINISHED.search(text), text


def test_the_lock_file_names_one_public_index() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    sources = [package["source"] for package in lock["package"]]
    assert {key for source in sources for key in source} <= {"registry", "editable"}
    assert len({source["registry"] for source in sources if "registry" in source}) == 1


def test_the_lock_file_holds_every_dependency_that_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    mine = next(package for package in lock["package"] if package["name"] == project["project"]["name"])
    assert mine["version"] == project["project"]["version"]

    def written(entries: list[dict[str, str]]) -> set[str]:
        return {entry["name"] + _ordered(entry.get("specifier", "")) for entry in entries}

    def declared(entries: list[str]) -> set[str]:
        parts = [re.fullmatch(r"([\w.-]+)(.*)", entry) for entry in entries]
        return {part[1].lower() + _ordered(part[2]) for part in parts if part}

    metadata = mine["metadata"]
    extras = [it for wanted in project["project"]["optional-dependencies"].values() for it in wanted]
    assert written(metadata["requires-dist"]) == declared([*project["project"]["dependencies"], *extras])
    assert written(metadata["requires-dev"]["dev"]) == declared(project["dependency-groups"]["dev"])


def _ordered(specifier: str) -> str:
    return ",".join(sorted(part.strip() for part in specifier.split(",")))


@pytest.mark.slow
def test_the_lock_file_is_in_step() -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".tools" / "bin"))
    if uv is None:
        pytest.skip("uv is not installed here")
    done = subprocess.run(
        [uv, "lock", "--check", "--offline"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_the_version_is_the_same_everywhere() -> None:
    from pipelines import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_makefile_lists_every_target_of_its_own() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = " ".join(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE))
    described = set(re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE))
    assert set(phony.split()) == described
