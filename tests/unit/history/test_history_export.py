"""Parquet files and the data dictionary: the same as the published database, and nothing written twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipelines import duck
from pipelines.history import dictionary, parquet, publish
from pipelines.history.rebuild import rebuild
from pipelines.public_licenses import PUBLIC_LICENSES
from tests.unit.history import run_folders


@pytest.fixture
def public(recorded: Path, published_once: Path) -> Path:
    return Path(shutil.copytree(published_once, recorded / "public"))


@pytest.mark.parametrize("table", [*parquet.MONTHLY, *parquet.WHOLE])
def test_the_files_hold_what_the_database_holds(published_once: Path, table: str) -> None:
    public = published_once
    files = public / parquet.FOLDER / table / "**" / "*.parquet"
    connection = duck.connect()
    connection.execute(f"ATTACH {duck.literal(str(public / publish.QUALITY))} AS quality (READ_ONLY)")
    read = f"read_parquet({duck.literal(str(files))}, hive_partitioning = false)"
    for one, other in ((read, f"quality.{table}"), (f"quality.{table}", read)):
        assert connection.execute(f"FROM {one} EXCEPT ALL FROM {other}").fetchall() == []
    assert connection.execute(f"SELECT count(*) > 0 FROM {read}").fetchall() == [(True,)]
    connection.close()


def test_a_month_that_has_not_changed_is_left_as_it_is(recorded: Path, public: Path) -> None:
    assert parquet.export(public) == []
    february = public / parquet.FOLDER / "score" / "month=2026-02" / "data.parquet"
    march = february.parents[1] / "month=2026-03" / "data.parquet"
    before = february.stat().st_mtime_ns, march.stat().st_mtime_ns
    for folder in sorted((recorded / "runs").glob("2026-03-02/*/index.json")):
        folder.unlink()
    rebuild(recorded / "history.duckdb", recorded / "runs", forget=True)
    publish.publish(recorded / "history.duckdb", public)
    written = parquet.export(public)
    assert "score/month=2026-03/data.parquet" in written
    assert "score/month=2026-02/data.parquet" not in written
    assert february.stat().st_mtime_ns == before[0]
    assert march.stat().st_mtime_ns != before[1]


def test_what_is_gone_or_damaged_is_made_again(public: Path) -> None:
    folder = public / parquet.FOLDER
    (folder / "metric" / "data.parquet").unlink()
    stray = folder / "score" / "month=1999-01" / "data.parquet"
    stray.parent.mkdir()
    stray.write_bytes(b"")
    assert parquet.export(public) == ["metric/data.parquet"]
    assert not stray.exists()
    (folder / parquet.MANIFEST).write_text("not json", encoding="utf-8")
    assert len(parquet.export(public)) > 30


def test_no_address_is_in_any_parquet_file(published_once: Path) -> None:
    connection = duck.connect()
    for path in (published_once / parquet.FOLDER).rglob("*.parquet"):
        rows = connection.execute(
            f"SELECT f::VARCHAR FROM read_parquet({duck.literal(str(path))}) f"
        ).fetchall()
        assert not any(run_folders.ADDRESS in text for (text,) in rows), path
    connection.close()


@pytest.mark.parametrize("licence", PUBLIC_LICENSES)
def test_the_dictionary_names_every_file_column_and_the_licence(public: Path, licence: str) -> None:
    path = dictionary.write(public, licence)
    package = json.loads(path.read_text(encoding="utf-8"))
    assert package["licenses"][0]["name"] == licence
    assert package["veedor:as_of"] == str(run_folders.nights()[-1])
    database, *files = package["resources"]
    assert {it["name"].replace("-", "_") for it in files} == {*parquet.MONTHLY, *parquet.WHOLE}
    for it in files:
        assert all((public / one).is_file() for one in it["path"])
    there = {
        f"{parquet.FOLDER}/{it.relative_to(public / parquet.FOLDER)}" for it in public.rglob("*.parquet")
    }
    assert {one for it in files for one in it["path"]} == there
    for relation in database["veedor:relations"]:
        assert relation["fields"], relation["name"]
        if not relation["name"].endswith("_rows"):
            assert all(field["description"] for field in relation["fields"]), relation["name"]
    assert path.read_bytes() == dictionary.write(public, licence).read_bytes()
