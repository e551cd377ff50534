"""The addresses that the documentation promises, held to what is built: each is there, and there is no other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from pipelines.history import dictionary, parquet
from pipelines.site.build import build

DOCS = Path(__file__).resolve().parents[3] / "docs/site.md"
GROUPS = {
    "<lang>": "(es|en)",
    "<source>/<dataset>": r"[\w.-]+/[\w.-]+",
    "<page>": ".+",
    "<guide_dataset>": r"[\w.-]+?",
    "<publisher>": r"[a-z]{2}-[a-z0-9-]+-[0-9a-f]{8}",
    "<country>": "[a-z]{2}",
}


def promised() -> list[str]:
    """The addresses in the table, as patterns."""
    table = DOCS.read_text(encoding="utf-8").split("## Addresses", 1)[1].split("## ", 1)[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    found = []
    for address in (it for row in rows for it in re.findall(r"`([^`]+)`", row)):
        pattern = re.escape(address)
        for name, meant in GROUPS.items():
            pattern = pattern.replace(re.escape(name), meant)
        pattern = f"{pattern}.*" if address.endswith("/") else pattern
        found.append(pattern.replace(r"\.ttl", r"\.(ttl|jsonld)").replace(r"\.html", r"(-\d+)?\.html"))
    return found


def test_what_is_documented_is_there_and_nothing_else(published: Path, tmp_path: Path) -> None:
    public = Path(shutil.copytree(published, tmp_path / "public"))
    parquet.export(public)
    dictionary.write(public, "CC-BY-4.0")
    build(public, "https://calidad.example.org/")
    paths = {path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file()}
    patterns = promised()
    assert len(patterns) > 20
    for pattern in patterns:
        assert any(re.fullmatch(pattern, path) for path in paths), pattern
    assert {path for path in paths if not any(re.fullmatch(it, path) for it in patterns)} == set()
