"""A new entry lands where it belongs, and nothing else in sources.yaml changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import SourcesError
from pipelines.sources import Source, parse
from pipelines.sources_entry import add, inserted

HEAD = """\
# Ours: what is watched.
version: 1
time_zone: America/Mexico_City
"""
ONE = (
    HEAD
    + """\
sources:
  - id: compras      # the first
    portal: ckan
    url: https://datos.example
    publisher: {name: Compras, country: MX}
    owner: {name: Unidad de datos, email: datos@dependencia.example}
    datasets:
      - id: contratos
        guide_dataset: contracts_register   # what it should be

# Kept at the end: remarks of the operator.
"""
)


def source(name: str = "hacienda", dataset: str = "presupuesto", title: str = "Presupuesto") -> Source:
    return Source.model_validate(
        {
            "id": name,
            "portal": "ckan",
            "url": "https://hacienda.example",
            "publisher": {"name": "Hacienda"},
            "owner": {"name": "Unidad de presupuesto"},
            "datasets": [{"id": dataset, "identifier": "b-1", "title": title}],
        }
    )


def test_a_new_source_stands_behind_the_last_and_nothing_else_changes() -> None:
    after = inserted(ONE, source())
    assert [item.id for item in parse(after).sources] == ["compras", "hacienda"]
    assert parse(after).sources[1] == source()
    kept, remark = ONE.split("\n# Kept")
    assert after.startswith(kept)
    assert after.endswith("\n# Kept" + remark)
    assert "  - id: hacienda\n    portal: ckan\n" in after
    assert "    datasets:\n      - id: presupuesto\n        identifier: b-1\n" in after


def test_a_dataset_joins_the_source_that_is_there() -> None:
    after = inserted(ONE, source("compras", "licitaciones"))
    (only,) = parse(after).sources
    assert [item.id for item in only.datasets] == ["contratos", "licitaciones"]
    assert only.publisher.name == "Compras"
    lines = after.splitlines()
    assert [line for line in lines if line in ONE.splitlines()] == ONE.splitlines()


def test_what_is_declared_already_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(ONE, encoding="utf-8")
    with pytest.raises(SourcesError, match="a dataset 'contratos' already"):
        add(path, source("compras", "contratos"))
    assert path.read_text(encoding="utf-8") == ONE
    assert [item.name for item in tmp_path.iterdir()] == ["sources.yaml"]


def test_the_file_is_replaced_with_its_rights_and_behind_its_link(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    target, link = tmp_path / "kept" / "watched.yaml", tmp_path / "sources.yaml"
    target.write_text(ONE, encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    declared = add(link, source())
    assert [item.id for item in declared.sources] == ["compras", "hacienda"]
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert parse(target.read_text(encoding="utf-8")) == declared


def test_the_first_source_of_an_empty_list() -> None:
    after = inserted(HEAD + "sources: []\n# end\n", source())
    assert parse(after).sources == (source(),)
    assert after.startswith(HEAD)
    assert after.endswith("# end\n")


def test_a_list_in_one_line_is_left_to_the_operator() -> None:
    flow = HEAD + (
        'sources: [{id: a, portal: ckan, url: "https://a.example", publisher: {name: A}, owner: {name: A},'
        " datasets: [{id: b}]}]\n"
    )
    with pytest.raises(SourcesError, match="with brackets"):
        inserted(flow, source())


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\n# remark", "\n\n# remark\n\n"])
def test_however_the_file_ends(end: str) -> None:
    after = inserted(ONE.split("\n\n# Kept")[0] + end, source())
    assert [item.id for item in parse(after).sources] == ["compras", "hacienda"]


@given(title=st.text(min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_whatever_a_portal_calls_it(title: str) -> None:
    given_source = source(title=title)
    assert parse(inserted(ONE, given_source)).sources[1] == given_source
