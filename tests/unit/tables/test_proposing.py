"""Proposed layouts: what names mean in four languages, what cells add, and that nothing published breaks the YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import SuiteError
from pipelines.identifiers import SCHEMES
from pipelines.tables.layouts import fold, lay, load_layouts
from pipelines.tables.profile import Profile, profile
from pipelines.tables.proposing.content import content_of, locale_of
from pipelines.tables.proposing.propose import KnownDataset, KnownRole, Proposal, proposals
from pipelines.tables.proposing.words import load_role_words, singular
from pipelines.tables.proposing.write import layout_name, text

EXPECTATIONS = Path(__file__).resolve().parents[3] / "expectations"
WORDS = load_role_words(EXPECTATIONS)
ROLES = {
    "contract_id": KnownRole(
        "identifier", "core", False, ("Contract identifier", "Identificador del contrato")
    ),
    "supplier_id": KnownRole(
        "identifier", "core", False, ("Supplier identifier", "RFC o clave del proveedor")
    ),
    "supplier_name": KnownRole("text", "core", False, ("Supplier", "Proveedor")),
    "value_amount": KnownRole("number", "core", False, ("Contract amount", "Importe del contrato")),
    "currency": KnownRole("code", "recommended", False, ("Currency of the amount", "Moneda del importe")),
    "date_signed": KnownRole("date", "core", False, ("Date of signature", "Fecha de firma")),
    "start_date": KnownRole("date", "recommended", False, ("Start of the contract", "Inicio de la vigencia")),
    "status": KnownRole("code", "recommended", False, ("Status", "Estatus")),
    "document_url": KnownRole(
        "url", "recommended", False, ("Address of the contract", "Dirección del contrato")
    ),
}
CONTRACTS = KnownDataset(
    "contracts_register",
    {"en": "Contracts register", "es": "Registro de contratos"},
    ROLES,
    ("contract_id",),
    4,
)
CELLS: dict[str, list[str | None]] = {
    "contract_id": [f"C-{n}" for n in range(20)],
    "supplier_id": [rfc for n in range(112, 1_000) if SCHEMES["MX-RFC"].valid(rfc := f"EJE010101{n:03d}")][
        :20
    ],
    "supplier_name": [f"Constructora Ejemplo {n}" for n in range(20)],
    "value_amount": ["1.234,50", "99,9", "1.000.000,01", "12,5", "7,25", "N/A"],
    "currency": ["MXN"] * 12,
    "date_signed": ["31/12/2025", "30/01/2025", "01/02/2025", "15/05/2025", "28/02/2025"],
    "start_date": ["01/02/2025", "02/02/2025", "03/02/2025", "04/02/2025", "05/02/2025"],
    "status": ["Vigente", "Terminado"] * 10,
    "document_url": [f"https://example.org/{n}" for n in range(6)],
}
HEADERS = {
    "en": (
        "Contract No.",
        "Vendor ID",
        "Vendor",
        "Total price",
        "Currency",
        "Signature date",
        "Start",
        "Status",
        "Link",
    ),
    "es": (
        *("Código del contrato", "RFC del proveedor", "Proveedor", "Importe", "Moneda", "Fecha de firma"),
        *("Fecha de inicio", "Estatus", "Enlace"),
    ),
    "pt": (
        *(
            "NUMERO_CONTRATO",
            "CPF_CNPJ_FORNECEDOR",
            "NOME_FORNECEDOR",
            "VALOR_TOTAL",
            "MOEDA",
            "DATA_ASSINATURA",
        ),
        *("DATA_INICIO", "SITUACAO", "URL_CONTRATO"),
    ),
    "fr": (
        *("numéro du marché", "SIRET titulaire", "titulaire", "montant", "devise", "date de signature"),
        *("date de début", "statut", "lien"),
    ),
}


def _propose(columns: dict[str, list[str | None]]) -> Proposal:
    return proposals(_profiles(columns), [CONTRACTS], WORDS, ())[0]


def _profiles(columns: dict[str, list[str | None]]) -> dict[str, Profile]:
    return {name: profile(cells) for name, cells in columns.items()}


def _yaml(columns: dict[str, list[str | None]], **named: Any) -> str:
    given: dict[str, Any] = {"name": "made", "file": "a.csv", "format": "csv", "table": None, **named}
    return text(_propose(columns), _profiles(columns), **given)


@pytest.mark.parametrize("language", HEADERS)
def test_columns_are_known_by_their_names_in_each_language(language: str) -> None:
    columns = dict(zip(HEADERS[language], CELLS.values(), strict=True))
    found = {item.role: item.column for item in _propose(columns).sure}
    assert found == dict(zip(ROLES, HEADERS[language], strict=True))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("fechaInicio", {"date", "start"}),
        ("fechainicio", {"date", "start"}),
        ("FECHA_DE_INICIO", {"date", "start"}),
        ("award/suppliers/0/id", {"award", "supplier", "company", "identifier"}),
        ("Licitaciones públicas", {"tender", "public"}),
        ("Razón social", {"name"}),
        ("12 34", set()),
        ("", set()),
        ("xyzzy", {"?xyzzy"}),
    ],
)
def test_meanings_of_a_name(name: str, meant: set[str]) -> None:
    assert WORDS.meant(name) == meant


@pytest.mark.parametrize(
    ("plural", "single"),
    [("contratos", "contrato"), ("licitaciones", "licitacion"), ("bus", "bus"), ("ss", "ss")],
)
def test_a_plural_is_its_singular(plural: str, single: str) -> None:
    assert singular(plural) == single


def test_cells_that_contradict_a_name_outweigh_it() -> None:
    columns = {"Importe": ["uno", "dos", "tres", "cuatro", "cinco"], "Fecha de firma": ["1.5"] * 5}
    assert _propose(columns).sure == ()


def test_currencies_and_addresses_are_seen_whatever_the_column_is_called() -> None:
    found = _propose({"C17": ["MXN", "USD"] * 5, "C18": [f"https://example.org/{n}" for n in range(6)]})
    assert [(item.role, item.column) for item in found.sure] == [("currency", "C17")]
    assert [(item.role, item.column) for item in found.possible] == [("document_url", "C18")]


def test_two_columns_alike_make_neither_sure() -> None:
    twice = {"Fecha de la firma": CELLS["date_signed"], "Fecha de firmas": CELLS["date_signed"]}
    assert not _propose(twice).sure


def test_a_table_without_columns_is_nothing() -> None:
    assert proposals({}, [CONTRACTS], WORDS, ()) == []


def test_the_yaml_is_a_layout_with_locale_null_tokens_and_personal_columns(tmp_path: Path) -> None:
    columns = dict(zip(HEADERS["es"], CELLS.values(), strict=True))
    columns["Correo electrónico"] = [f"persona{n}@example.org" for n in range(6)]
    made = _yaml(columns)
    raw = yaml.safe_load(made)
    assert raw["locale"] == {"decimal": ",", "group": ".", "date": "dmy"}
    assert raw["null_tokens"] == ["N/A"]
    assert raw["key"] == ["contract_id"]
    assert raw["personal"] == ["supplier_id"]
    assert "# supplier_id may be personal: numbers of MX-RFC, which natural persons have, too." in made
    assert '# status holds "Vigente", "Terminado": translate them' in made
    assert "Not mapped, and perhaps personal: Correo electrónico (mail addresses)" in made
    assert "persona1@" not in made
    assert made.count("# 0.") + made.count("# 1.00: ") >= len(raw["columns"])


def test_numbers_of_a_workbook_have_a_point_whatever_the_country() -> None:
    columns = dict(zip(HEADERS["es"], CELLS.values(), strict=True))
    assert yaml.safe_load(_yaml(columns, format="xlsx"))["locale"]["decimal"] == "."


def test_votes_against_the_locale_are_told() -> None:
    found = _profiles({"a": ["1,5"] * 5, "b": ["2,5"] * 5, "c": ["2.5"] * 5})
    mark, order, said = locale_of(found)
    assert (mark, order) == (",", "ymd")
    assert any("AGAINST IT" in line and "c" in line for line in said)


def test_a_running_number_identifies_nothing() -> None:
    content = content_of(profile([str(n) for n in range(1, 30)]), frozenset(), WORDS)
    assert content.counter
    assert not content_of(profile([str(n * 7) for n in range(1, 30)]), frozenset(), WORDS).counter


names = st.dictionaries(
    st.text(min_size=1, max_size=20),
    st.lists(
        st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["1,5", "MXN", "31/12/2025"])), max_size=8
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=150)
@given(names, st.text(max_size=20), st.sampled_from(sorted(CELLS)))
def test_whatever_is_published_the_yaml_is_a_layout_that_maps_what_it_says(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, list[str | None]], file: str, role: str
) -> None:
    columns = {**columns, HEADERS["es"][sorted(ROLES).index(role)]: CELLS[role]}
    folder = tmp_path_factory.mktemp("expectations")
    (folder / "layouts").mkdir()
    made = _yaml(columns, file=file, table=file)
    (folder / "layouts" / "made.yaml").write_text(made, encoding="utf-8")
    layout = load_layouts(folder)[0]
    proposal = _propose(columns)
    expected = {item.role: item.column for item in proposal.sure}
    assert {item: list(given) for item, given in layout.columns.items()} == {
        item: [column] for item, column in expected.items()
    }
    # A layout tells columns apart by their folded names, the first one counting.
    assert dict(lay(layout, list(columns)).roles) == expected
    accounted = [item.column for item in (*proposal.sure, *proposal.possible)] + list(proposal.left)
    assert sorted(accounted) == sorted(columns)


@given(st.text(max_size=80))
def test_a_layout_name_is_a_name(file: str) -> None:
    name = layout_name(file)
    assert name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert layout_name(name) == name


@pytest.mark.parametrize("content", ["", "between: [", "meanings: {}", "[]", "between: {en: [1]}"])
def test_a_table_of_words_that_is_none_is_an_error_with_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "role_words.yaml").write_text(content)
    with pytest.raises(SuiteError, match=r"role_words\.yaml"):
        load_role_words(tmp_path)
    with pytest.raises(SuiteError):
        load_role_words(tmp_path / "missing")


def test_no_word_of_the_table_is_written_with_accents_or_twice_in_a_language() -> None:
    raw = yaml.safe_load((EXPECTATIONS / "role_words.yaml").read_text(encoding="utf-8"))
    for meanings in (raw["meanings"], raw["roles"]):
        for meaning, languages in meanings.items():
            assert set(languages) <= {"en", "es", "pt", "fr"}, meaning
            for words in languages.values():
                assert [fold(word) for word in words] == words, meaning
                assert len(set(words)) == len(words), (meaning, words)
