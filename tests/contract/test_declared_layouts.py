"""Each dataset of the sources.yaml that ships declares the layout written for it, or the reason why none is.

Belongs here: what the shipped declaration owes. That layouts fit what they were made for stands in `test_layouts`.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from pipelines.guide import load_guide
from pipelines.model import ContactPoint, Dataset, Publisher
from pipelines.reading import layouts_of
from pipelines.sources import Source, SourceDataset, load
from pipelines.tables.layouts import Fit, choose, load_layouts
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from pipelines.tools import Tools, check
from pipelines.validation.suites import load_suites
from tests.conftest import ROOT

SOURCES = ROOT / "sources.yaml"
EXPECTATIONS = ROOT / "expectations"
ALL = load_layouts(EXPECTATIONS)
SUITES = load_suites(EXPECTATIONS)
DATASETS: dict[str, tuple[Source, SourceDataset]] = {
    f"{source.id}/{dataset.id}": (source, dataset)
    for source in load(SOURCES).sources
    for dataset in source.datasets
}
NO_HEADER = "no file and no header of it has been seen"
LIST = "the address gives a list of files or of results, not the records"
SEVERAL = "its files are of several formats or years, of which not all have a layout"
WITHOUT_LAYOUT = {
    "mx-avance-gasto/avance": NO_HEADER,
    "mx-siem/siem": NO_HEADER,
    "mx-sidec/sidec": NO_HEADER,
    "mx-concesiones-mineras/concesiones": NO_HEADER,
    "mx-nl-contrataciones/contrataciones": SEVERAL,
    "mx-osc/rfosc": "the address is a page",
    "co-responsabilidad-fiscal/responsables": "its interface cuts names off, and those of its CSV have not been seen",
    "co-sigep/servidores": NO_HEADER,
    "ar-declaraciones-juradas/ddjj": SEVERAL,
    "br-tse-contas/contas-2026": SEVERAL,
    "br-tse-contas/contas-2022": SEVERAL,
    "br-camara/votacoes": NO_HEADER,
    "cl-mercado-publico/ocds": LIST,
    "cl-infoprobidad/declaraciones": NO_HEADER,
    "uy-arce/compras": SEVERAL,
    "pe-oece/archivos": LIST,
    "ec-sercop/ocds": LIST,
    "gt-guatecompras/archivos": LIST,
    "hn-oncae/descargas": LIST,
    "cr-poder-judicial/contrataciones": SEVERAL,
    "gb-companies-house/companies": NO_HEADER,
    "gb-charities/charities": NO_HEADER,
    "fr-economie/decp-2022": "its flat export has other names than the JSON of which fr_decp_marches was made",
    "fr-economie/decp-v3": "its flat export has other names than the JSON of which fr_decp_marches was made",
    "fr-decp-consolide/decp": SEVERAL,
    "pt-base/contratos": SEVERAL,
    "al-kpp/decisions": NO_HEADER,
    "us-nyc/acris": NO_HEADER,
    "us-chicago/payments": NO_HEADER,
    "us-dc-licences/licences": NO_HEADER,
    "us-lda/filings": NO_HEADER,
    "us-sam-exclusions/exclusions": LIST,
    "ca-tbs/contracts": NO_HEADER,
    "ca-tbs/grants": NO_HEADER,
    "ca-quebec-seao/seao": SEVERAL,
    "gleif/lei": "the address is a page",
    "ua-prozorro/tenders": "the interface is its own, the OCDS of which a file is known comes from elsewhere",
}
# Published files of the corpus that are of a dataset declared here, and what lies in them.
IN_CORPUS = [
    ("gb-contracts-finder/notices", "real/ocds/uk-contracts-finder_releases/*.json", "ocds_tenders"),
    (
        "mx-contrataciones-abiertas/edca",
        "real/ocds/mexico_administracion-publica-federal_records/*.json",
        "ocds_releases",
    ),
    ("gb-companies-house/psc", "real/uk/psc_psc_individual.json", "gb_companies_house_psc"),
    ("gb-companies-house/psc", "real/uk/psc_psc_corporate.json", "gb_companies_house_psc"),
    ("gb-companies-house/psc", "real/uk/psc_psc_statement.json", "gb_companies_house_psc"),
]


class _Rules:
    """The part of the night's tools that choosing a layout takes."""

    suites, layouts = SUITES, ALL


def _allowed(key: str) -> tuple[str, ...]:
    source, dataset = DATASETS[key]
    found = Dataset(key, key, Publisher(key), ContactPoint(key), guide_dataset=dataset.guide_dataset)
    return tuple(layout.name for layout in layouts_of(source, found, cast(Tools, _Rules())))


def _fit(path: Path, key: str) -> Fit | None:
    """The fit of the table that a declared layout fits best."""
    guide_dataset = DATASETS[key][1].guide_dataset or ""
    layouts = [layout for layout in ALL if layout.name in _allowed(key)]
    with opened(path, Hint(path.name, "0" * 64, format="json", file_name=path.name)) as content:
        fits = [
            fit
            for table in content.tables
            if (
                fit := choose(
                    layouts,
                    table.report.columns,
                    guide_dataset,
                    table=table.report.table,
                    minimum=SUITES[guide_dataset].minimum_roles,
                )
            )
        ]
    return max(fits, key=lambda fit: fit.quality, default=None)


def test_every_dataset_declares_a_layout_or_is_listed_with_the_reason() -> None:
    declared = {key for key, (_, dataset) in DATASETS.items() if dataset.layout}
    assert DATASETS.keys() - declared == WITHOUT_LAYOUT.keys()


def test_every_declared_layout_is_of_the_dataset_that_it_is_declared_for() -> None:
    check(load(SOURCES), load_guide(EXPECTATIONS), ALL, "sources.yaml")


@pytest.mark.parametrize("key", sorted(DATASETS))
def test_what_is_declared_is_what_is_tried(key: str) -> None:
    _, dataset = DATASETS[key]
    tried = _allowed(key)
    if dataset.layout:
        assert sorted(tried) == sorted(dataset.layout)
    else:
        assert tried == (*(layout.name for layout in ALL), "roles")


@pytest.mark.parametrize(("key", "files", "layout"), IN_CORPUS)
def test_a_published_file_gets_the_layout_that_is_declared_for_it(
    key: str, files: str, layout: str, corpus: Path
) -> None:
    paths = sorted(corpus.glob(files))
    assert paths
    for path in paths:
        fit = _fit(path, key)
        assert fit is not None, path.name
        assert fit.layout.name == layout
