"""What every layout owes: roles of its suite, no name for two roles, codes that the suite knows, a real file.

Belongs here: promises that hold for each layout alike, and that the layouts of real files fit those files.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.demo import budget, companies, contracts, officials, sanctions
from pipelines.tables.layouts import Fit, choose, fold, load_layouts
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.approved_corpus import approved

EXPECTATIONS = Path(__file__).resolve().parent.parent.parent / "expectations"
FIELDS = {
    "layout",
    "version",
    "title",
    "guide_dataset",
    "table",
    "basis",
    "locale",
    "null_tokens",
    "columns",
    "values",
    "personal",
    "key",
}
OPTIONAL = {"era", "smallest_share", "last_resort"}
PUBLISHED = [
    ("mx_compranet_2002", "real/mx/compranet_contratos_2002_muestra.csv"),
    ("mx_compranet_2010", "real/mx/compranet_contratos_de_sancionados.csv"),
    ("mx_sfp_sancionados", "real/mx/sfp_ProveedoresyContratistasSancionados.csv"),
    ("mx_sfp_sancionados", "real/mx/sfp_ProveedoresyContratistasSancionados_2.csv"),
    ("mx_pdn_servidores_contrataciones", "real/mx/pdn_servidores_intervienen_contrataciones.json"),
    ("mx_pdn_s2_plano", "real/mx/pdn_dataton2021_funcionarios_contrataciones_2021.csv"),
    ("mx_toluca_inspectores", "real/mx/edomex_inspectores_toluca.csv"),
    ("br_mg_empresas_sancionadas", "real/br/mg_empresas_sancionadas.csv"),
    ("br_mg_obras_contratos", "real/br/mg_obras_contratos.csv"),
    ("br_mg_obras_contratos_siad", "real/br/mg_obras_contratos_siad.csv"),
    ("br_mg_obras_fiscais", "real/br/mg_obras_fiscais.csv"),
    ("br_mg_compras_covid19", "real/br/mg_compras_covid19.csv"),
    ("br_mg_compras_covid19_raw", "real/br/mg_compras_covid19_raw.xlsx"),
    ("fr_decp_marches", "real/fr/decp_source_001b_duplicate_supplier.json"),
    (
        "mx_apf_contratos_ocds",
        "real/ocds/mexico_administracion-publica-federal_records/ocds-07smqs-1457-1457.json",
    ),
    (
        "ocds_flattened_contracts",
        "real/standard_samples/ocds_flattened_ocds-213czf-000-00001-05-contract.xlsx",
    ),
    ("ocds_flattened_tenders", "real/standard_samples/ocds_flattened_ocds-213czf-000-00001-02-tender.xlsx"),
    ("tw_pcc_licitaciones_ocds", "real/ocds/taiwan_releases/ocid-6as3t2-51181645-ocid-6as3t2-51181645.json"),
    ("it_opencoesione_progetti", "real/it/opencoesione_progetti_sample.csv"),
    ("gt_tse_corporaciones", "real/gt/tse_corporaciones_municipales_2020-2024.json"),
    ("gt_tse_corporaciones", "real/gt/tse_corporaciones_municipales_2020-2024.xlsx"),
    ("ua_chesno_candidate_donations", "real/ua/chesno_candidate_donations_2019.csv"),
    ("us_ma_lobbyist_contributions", "real/us/ma_lobbyist_contributions.csv"),
    ("us_ma_lobbying", "real/us/ma_lobbying.csv"),
    ("us_dod_section_1286", "real/us/us_section_1286.csv"),
    ("mx_pdn_s1_inmuebles", "real/mx/pdn_dataton2021_bienesinmuebles_declaraciones_2021.csv"),
    ("mx_pdn_s1_vehiculos", "real/mx/pdn_dataton2021_vehiculos_declaraciones_2021.csv"),
    ("mx_sipot_declaraciones", "real/mx/sipot_pnt_declaraciones_cide.xls"),
    ("mx_pdn_s2_puestos_sensibles", "real/mx/pdn_dataton2021_funcionarios_contrataciones_2021.csv"),
    ("mx_sfp_puestos_sensibles", "real/mx/pdn_servidores_intervienen_contrataciones.json"),
    ("mx_diputados_comisiones", "real/mx/diputados_comisiones_2012.ods"),
    ("mx_diputados_comisiones", "real/mx/secretarios_comisiones_2012.csv"),
    ("py_mec_inmuebles", "real/py/mec_inmuebles_2014.csv"),
    ("mx_edomex_licencias", "real/mx/edomex_licenciaschalco.csv"),
    ("mx_edomex_licencias", "real/mx/edomex_licenciasmetepec.csv"),
    ("ar_gcba_presupuesto", "real/ar/gcba_presupuesto_2014.csv"),
    ("ar_gcba_presupuesto", "real/ar/gcba_presupuesto_2015.csv"),
    ("ar_gcba_presupuesto", "real/ar/gcba_presupuesto_detalle.csv"),
    ("br_mg_empenhos", "real/br/mg_empenhos_2022.xlsx"),
    ("br_mg_empenhos", "real/br/mg_empenhos_2026.csv"),
    ("br_mg_pagamentos_orgao", "real/br/mg_orgao_2025.csv"),
    ("br_mg_pagamentos_orgao", "real/br/mg_empenhos_2025_ERRADO.csv"),
    ("gt_minfin_presupuesto_municipal", "real/gt/presupuesto_municipal_ingresos.xlsx"),
    ("gt_minfin_ingresos_municipales", "real/gt/ingresos_municipales.xlsx"),
    ("mx_shcp_cuenta_publica_ramos", "real/mx/cuenta_publica_totales.csv"),
    ("uk_hmt_spend_over_25k_2010", "real/uk/gt_1011-bbsrc-25k-spend-return.csv"),
    ("uk_hmt_spend_over_25k_2012", "real/uk/gt_BIS_spending_over__25_000_July_2014.csv"),
    ("uk_360giving_spreadsheet", "real/uk/grants360_a001p00000zgyHZAAY.xlsx"),
    ("uk_360giving_spreadsheet", "real/uk/grants360_a003W000001B7PzQAK.xlsx"),
    ("iati_activities_flat", "real/standard_samples/iaticove_basic_iati_unordered_valid.csv"),
    ("iati_activities_flat", "real/standard_samples/iaticove_basic_iati_unordered_valid.xlsx"),
]
# One of several tables that the reader makes of a file, not all of whose columns it has: layout, table, file
READ = [
    ("bods_statements", "statements", "real/standard_samples/bods_fermcat.json"),
    ("bods_entities", "entity", "real/standard_samples/bods_fermcat.json"),
    ("bods_interests", "ownership_or_control_interests", "real/standard_samples/bods_tecido.json"),
    ("bods_statements", "statements", "dirty/bods/0.2_basic_1.json"),
    ("bods_older_entities", "entity", "dirty/bods/0.2_basic_1.json"),
    ("bods_older_relationships", "ownership_or_control", "dirty/bods/0.2_basic_1.json"),
    ("bods_older_people", "person", "dirty/bods/0.2_basic_1.json"),
    ("ocds_releases", "releases", "dirty/ocds/common_checks_releases_non_unique.json"),
    ("uk_360giving_json", "grants", "real/uk/grants360_a001p00000zgyHZAAY.json"),
    ("uk_360giving_json", "grants", "real/uk/grants360_a003W000001B7PzQAK.json"),
    ("gb_companies_house_psc", "table", "real/uk/psc_psc_ceased_on.json"),
    ("gb_companies_house_psc", "table", "real/uk/psc_psc_statement.json"),
]
DEMONSTRATION = [
    ("demo_contratos", contracts.HEADER),
    ("demo_sancionados", sanctions.HEADER),
    ("demo_servidores", officials.HEADER),
    ("demo_empresas", companies.HEADER),
    ("demo_presupuesto", budget.HEADER),
]

LAYOUTS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((EXPECTATIONS / "layouts").glob("*.yaml"))
}
SUITES: dict[str, dict[str, Any]] = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8"))
    for path in EXPECTATIONS.glob("*/suite.json")
}
ALL = load_layouts(EXPECTATIONS)
every_layout = pytest.mark.parametrize("name", sorted(LAYOUTS))
# Headers as public code or descriptions of a publication give them, where no file of it was at hand.
HEADERS: dict[str, list[list[str]]] = json.loads(
    (Path(__file__).parent / "published_headers.json").read_text(encoding="utf-8")
)
# Columns of a layout that such a header does not have; its basis says where they come from.
WANTING = {"mx_pdn_s3_particulares": ("resolution_url", "duration")}
# Of shapes of which not even a header was seen as a whole: a standard's own names, and paths of several programs.
UNSEEN = {"fiscal_data_package_budget", "fiscal_data_package_spending", "mx_pdn_s1_declaraciones"}


def _suite(name: str) -> dict[str, Any]:
    return SUITES[LAYOUTS[name]["guide_dataset"]]


def _hint(path: Path) -> Hint:
    return Hint(path.name, "0" * 64, format=path.suffix.lstrip(".").lower(), file_name=path.name)


def _fit(path: Path, guide_dataset: str) -> Fit | None:
    """The fit of the table of a file that a layout of `guide_dataset` fits best."""
    with opened(path, _hint(path)) as content:
        fits = [
            (fit.quality, -place, fit)
            for place, table in enumerate(content.tables)
            if (fit := choose(ALL, table.report.columns, guide_dataset, table=table.report.table))
        ]
    return max(fits, key=lambda each: each[:2])[2] if fits else None


@every_layout
def test_layout_is_complete_and_named_as_its_file(name: str) -> None:
    layout = LAYOUTS[name]
    assert set(layout) - OPTIONAL == FIELDS
    assert layout.get("era", "2002-2010")
    assert 0 < layout.get("smallest_share", 0.6) <= 1
    assert layout.get("last_resort", True) is True
    assert layout["layout"] == name
    assert isinstance(layout["version"], str)
    assert set(layout["title"]) == {"en", "es"}
    assert len(layout["basis"]) >= 40
    assert set(layout["locale"]) == {"decimal", "group", "date"}
    assert layout["locale"]["decimal"] != layout["locale"]["group"]
    assert layout["locale"]["date"] in {"ymd", "dmy", "mdy"}


@every_layout
def test_layout_speaks_of_roles_of_its_suite(name: str) -> None:
    layout, roles = LAYOUTS[name], set(_suite(name)["meta"]["roles"])
    columns = set(layout["columns"])
    assert columns <= roles
    assert len(columns) >= _suite(name)["meta"]["minimum_roles"]
    assert set(layout["values"]) <= columns
    assert set(layout["personal"]) <= columns
    assert set(layout["key"]) <= columns
    assert layout["key"]


@every_layout
def test_no_published_name_stands_for_two_roles(name: str) -> None:
    names = [fold(published) for names in LAYOUTS[name]["columns"].values() for published in names]
    assert all(names)
    assert sorted(set(names)) == sorted(names)


@every_layout
def test_values_are_translated_into_codes_that_the_suite_accepts(name: str) -> None:
    accepted = {
        item["kwargs"]["column"]: set(item["kwargs"]["value_set"])
        for item in _suite(name)["expectations"]
        if item["type"] == "expect_column_values_to_be_in_set"
    }
    formed = {
        item["kwargs"]["column"]: item["kwargs"]["regex"]
        for item in _suite(name)["expectations"]
        if item["type"] == "expect_column_values_to_match_regex"
    }
    for role, translation in LAYOUTS[name]["values"].items():
        folded = [fold(published) for published in translation]
        assert all(folded)
        assert sorted(set(folded)) == sorted(folded)
        # Where several codes may stand in one cell, a pattern says which.
        codes = {code for code in translation.values() if not re.search(formed.get(role, "$^"), code)}
        assert codes <= accepted.get(role, set())


def test_no_two_layouts_of_a_dataset_look_alike() -> None:
    shapes = [
        (
            layout["guide_dataset"],
            layout["table"],
            frozenset(fold(published) for names in layout["columns"].values() for published in names),
        )
        for layout in LAYOUTS.values()
    ]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize(("name", "header"), DEMONSTRATION)
def test_the_files_of_the_demonstration_have_all_columns_of_their_layouts(
    name: str, header: tuple[str, ...]
) -> None:
    fit = choose(ALL, header, LAYOUTS[name]["guide_dataset"])
    assert fit is not None
    assert fit.layout.name == name
    assert fit.missing == ()


@pytest.mark.parametrize(("name", "file"), PUBLISHED)
def test_layout_is_chosen_for_the_file_that_it_was_made_for(name: str, file: str, corpus: Path) -> None:
    fit = _fit(corpus / file, LAYOUTS[name]["guide_dataset"])
    assert fit is not None
    assert fit.layout.name == name
    assert fit.missing == ()


@pytest.mark.parametrize(("name", "table", "file"), READ)
def test_layout_is_chosen_for_the_table_that_the_reader_makes(
    name: str, table: str, file: str, corpus: Path
) -> None:
    guide_dataset = LAYOUTS[name]["guide_dataset"]
    with opened(corpus / file, _hint(corpus / file)) as content:
        report = next(it.report for it in content.tables if it.report.table == table)
    fit = choose(ALL, report.columns, guide_dataset, table=table)
    assert fit is not None
    assert fit.layout.name == name


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_layout_is_chosen_for_the_header_that_is_published(name: str) -> None:
    layout = LAYOUTS[name]
    for header in HEADERS[name]:
        fit = choose(ALL, header, layout["guide_dataset"], minimum=_suite(name)["meta"]["minimum_roles"])
        assert fit is not None
        assert fit.layout.name == name
        assert fit.missing == WANTING.get(name, ())


def test_the_list_of_article_69_b_is_read_beneath_the_two_lines_above_its_header(tmp_path: Path) -> None:
    """As SAT publishes it: Latin-1, a line on the edition, a title, the header; RFC and names are made up."""
    header = HEADERS["mx_sat_articulo_69_b"][0]
    state = ["Definitivo", "500-05-2020-1 de fecha 1 de enero de 2020", "10/01/2020", "x", "31/01/2020"]
    lines = [
        '"Información actualizada al 31 de mayo de 2026; los listados se publican cada trimestre"',
        "Listado completo de contribuyentes (Artículo 69-B del CFF)" + "," * (len(header) - 1),
        ",".join(header),
        *(
            ",".join([str(n), f"AAA01010{n}AA1", f"Empresa {n}", *state, *[""] * (len(header) - 8)])
            for n in range(1, 10)
        ),
    ]
    path = tmp_path / "Listado_completo_69-B.csv"
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    fit = _fit(path, "tax_records")
    assert fit is not None
    assert fit.layout.name == "mx_sat_articulo_69_b"
    assert fit.missing == ()


def test_every_layout_is_shown_to_fit_something() -> None:
    """The header that it was made for, or a published file of which the suite's verdict was approved."""
    laid = [table for outcome in approved().values() if isinstance(outcome, list) for table in outcome]
    shown = {name for name, *_ in (*PUBLISHED, *DEMONSTRATION, *READ)} | {table["layout"] for table in laid}
    assert not shown & HEADERS.keys()
    assert set(LAYOUTS) - shown - HEADERS.keys() == UNSEEN


@pytest.mark.parametrize("name", sorted(UNSEEN | HEADERS.keys()))
def test_a_shape_of_which_no_file_was_read_says_so_and_what_was_seen(name: str) -> None:
    basis = LAYOUTS[name]["basis"]
    assert "No file of it has been read here" in basis
    assert name in UNSEEN or re.search("(Header|Names) seen in ", basis)


def test_every_layout_is_of_a_dataset_of_the_guide() -> None:
    catalogue = json.loads((EXPECTATIONS / "catalogue.json").read_text(encoding="utf-8"))
    assert {layout["guide_dataset"] for layout in LAYOUTS.values()} <= {
        item["key"] for item in catalogue["datasets"]
    }
