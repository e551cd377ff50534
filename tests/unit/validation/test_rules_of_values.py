"""Our own rules for one value by examples, all invented: placeholders, mojibake, personal data, dates, codes."""

from __future__ import annotations

import ftfy
import pycountry
import pytest

from pipelines.validation.code_lists import CODE_LISTS, codes
from pipelines.validation.plans.dates import iso8601_date
from pipelines.validation.plans.encodings import no_mojibake
from pipelines.validation.plans.identifiers import valid_identifier
from pipelines.validation.plans.personal import no_personal_data
from pipelines.validation.plans.placeholders import fold, no_placeholder

# --- identifiers: what is asked of which part --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "both", "form", "check_digit"),
    [
        ("GODE561231GR8", True, True, True),
        ("GODE561231GR9", False, True, False),
        ("gode561231gr8", False, False, True),
        ("213800KUD8LAJWSQ9D15", True, True, True),
        ("213800KUD8LXJWSQ9D15", False, True, False),
    ],
)
def test_form_and_check_digit_are_apart(text: str, both: bool, form: bool, check_digit: bool) -> None:
    schemes = ["MX-RFC", "LEI"]
    assert valid_identifier(text, schemes) == both
    assert valid_identifier(text, schemes, "form") == form
    assert valid_identifier(text, schemes, "check_digit") == check_digit


def test_an_ocid_has_one_of_the_prefixes_that_are_given() -> None:
    assert valid_identifier("ocds-213czf-1", "OCID", prefixes=["ocds-213czf"])
    assert not valid_identifier("ocds-213czg-1", "OCID", prefixes=["ocds-213czf"])
    assert not valid_identifier("ocds-213czf-1", "OCID", prefixes=[])


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(KeyError):
        valid_identifier("1", "NO-SUCH")
    with pytest.raises(ValueError, match="part"):
        valid_identifier("1", "MX-RFC", part="half")
    with pytest.raises(ValueError, match="precision"):
        iso8601_date("2025", precision="week")
    with pytest.raises(ValueError, match="kind"):
        no_placeholder("x", kind="colour")
    with pytest.raises(ValueError, match="kinds"):
        no_personal_data("x", kinds=["shoe size"])
    with pytest.raises(KeyError, match="ISO 4217"):
        codes("ISO 9")


# --- dates -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-31",
        "2024-02-29",
        "2000-02-29",
        "0001-01-01",
        "2025-01-31T09:30",
        "2025-01-31T09:30:00Z",
        "2025-01-31T09:30:00.123-06:00",
        "2025-01-31T09:30:00,5+05",
        "2025-01-31T24:00:00",
        "2016-12-31T23:59:60Z",
    ],
)
def test_dates(text: str) -> None:
    assert iso8601_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "1900-02-29",
        "2025-13-01",
        "2025-00-10",
        "2025-04-31",
        "0000-01-01",
        "20250131",
        "2025-W05-5",
        "2025-031",
        "31/01/2025",
        "2025-1-31",
        "25-01-31",
        "2025-01-31 09:30:00",
        "2025-01-31T9:30",
        "2025-01-31T25:00",
        "2025-01-31T24:00:01",
        "2025-01-31T09:30:60",
        "2025-01-31T09:30:00-00:00",
        "2025-01-31T",
        "2025-01-31Z",
        "2025-01-31/2025-02-28",
        " 2025-01-31",
        "2025-01-31\n",
        "٢٠٢٥-٠١-٣١",
        "",
    ],
)
def test_no_dates(text: str) -> None:
    assert not iso8601_date(text, precision="year")


def test_precision_and_time_of_day() -> None:
    assert not iso8601_date("2025-01")
    assert iso8601_date("2025-01", precision="month")
    assert not iso8601_date("2025", precision="month")
    assert iso8601_date("2025", precision="year")
    assert not iso8601_date("2025-01-31", time="required")
    assert not iso8601_date("2025-01-31T09:30", time="refused")


# --- codes -------------------------------------------------------------------------------------------------


def test_codes_in_force_are_those_of_pycountry() -> None:
    countries = list(pycountry.countries)
    assert set(codes("ISO 4217")) == {item.alpha_3 for item in pycountry.currencies}
    assert set(codes("ISO 3166-1 alpha-2")) == {item.alpha_2 for item in countries}
    assert set(codes("ISO 3166-1 alpha-3")) == {item.alpha_3 for item in countries}
    languages = {item.alpha_2 for item in pycountry.languages if hasattr(item, "alpha_2")}
    assert set(codes("ISO 639-1")) == languages - {"sh"}  # withdrawn in 2000


def test_withdrawn_codes_of_countries_are_those_of_pycountry() -> None:
    old = list(pycountry.historic_countries)
    for name, theirs in (
        ("ISO 3166-1 alpha-2", {item.alpha_2 for item in old}),
        ("ISO 3166-1 alpha-3", {item.alpha_3 for item in old} | {"ROM"}),  # Romania's until 2002
    ):
        assert set(codes(name, withdrawn=True)) == set(codes(name)) | theirs


@pytest.mark.parametrize("name", CODE_LISTS)
def test_no_code_is_both_in_force_and_withdrawn(name: str) -> None:
    everything = codes(name, withdrawn=True)
    assert len(everything) == len(set(everything)) > len(codes(name))


# --- placeholders ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "N/A",
        "n.a.",
        "NA",
        "S/N",
        "s.n.",
        "SIN DATO",
        "Sin  datos.",
        "No aplica",
        "NO_APLICA",
        "No Especificado",
        "xxx",
        "XXX XXX",
        "XXXXXXXX",
        ".",
        "-",
        "---",
        "?",
        "#N/A",
        "#¡REF!",
        "Não informado",
        "NAO INFORMADO",
        "Non renseigné",
        "unknown",
        "TEST",
        "Prueba",
        "1900-01-01",
        "01/01/1900",
        "1/1/1900 00:00:00",
        "1900-01-01T00:00:00Z",
        "9999-12-31",
        "31/12/9999",
        "0000-00-00",
    ],
)
def test_placeholders(text: str) -> None:
    assert not no_placeholder(text)
    assert no_placeholder(text, allow=[text.lower()])


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "0000",
        "[]",
        "SI",
        "SD",
        "SN",
        "ND",
        "X",
        "XX",
        "+",
        "%",
        "none",
        "Ninguno",
        "Pendiente",
        "No",
        "Test Valley",
        "Prueba piloto",
        "1900-01-02",
        "2025-01-01",
        "1900",
        "99999",
        "111111",
        "Ñ",
        "无",
        "a" * 10000,
        "N" * 41,
    ],
)
def test_what_says_something_in_a_text(text: str) -> None:
    assert no_placeholder(text)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("identifier", "0", False),
        ("identifier", "000000", False),
        ("identifier", "999999", False),
        ("identifier", "123456789", False),
        ("identifier", "S/N", False),
        ("identifier", "1111", True),
        ("identifier", "1900-01-01", True),
        ("number", "0", True),
        ("number", "9999999.99", False),
        ("number", "99,999.00", True),
        ("number", "N/D", False),
        ("date", "0", False),
        ("date", "2025-12-31", True),
    ],
)
def test_what_a_column_holds_decides(kind: str, text: str, said: bool) -> None:
    assert no_placeholder(text, kind) == said


def test_folding_leaves_other_scripts_alone() -> None:
    assert fold(" ÑANDÚ–(Çà), Ж_٣ ") == "nandu ca Ж ٣"


# --- mojibake ----------------------------------------------------------------------------------------------

TEXTS = """
Adquisición ADQUISICIÓN Año AÑO México Perú Ángel Íñigo corrupção licitação coração société À É Ô naïve œuvre
“cita” — … € 1º 2ª ¿Qué? ¡Sí! BOGOTÁ IRMÃ IRMÃ” “AMANHÃ” AMANHÃ, Â GALÂ» São–Rio Ångström Äpfel ŠKODA 50¢ £5 ¥7 √2
""".split()  # noqa: SIM905 - words


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_is_right_shows_no_mojibake(text: str) -> None:
    assert no_mojibake(text)


@pytest.mark.parametrize(
    "text", ["Adquisición", "ADQUISICIÓN", "Año", "AÑO", "corrupção", "CORRUPÇÃO", "société", "“cita”", "€"]
)
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac-roman"])
def test_mojibake(text: str, encoding: str) -> None:
    wrong = text.encode().decode(encoding, "replace")
    assert not no_mojibake(wrong)
    twice = wrong.encode().decode("cp1252", "replace")
    assert not no_mojibake(twice)


@pytest.mark.parametrize(
    "text", ["Contrataci\ufffdn", "SE¥ALES", "adquisici¢n", "a¤o", "caf\u0082", "Ð¡Ð¾ÑŽÐ·"]
)
def test_other_mojibake(text: str) -> None:
    assert not no_mojibake(text)


def test_what_ftfy_would_repair_is_seen() -> None:
    wrong = [text.encode().decode("cp1252", "ignore") for text in TEXTS if not text.isascii()]
    repaired = [text for text in wrong if ftfy.fix_encoding(text) != text]
    assert len(repaired) > 20
    assert [text for text in repaired if no_mojibake(text)] == []


# --- personal data -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", "Escriba a ana.perez@example.org, por favor"),
        ("phone", "+52 55 1234 5678"),
        ("phone", "Tel. 276-19-00"),
        ("phone", "(33) 3668-1757"),
        ("phone", "Celular: 5512345678"),
        ("phone", "55 1234 5678"),
        ("curp", "CURP BOXW310820HNERXN09."),
        ("curp", "boxw310820hnerxn09"),
        ("rfc", "RFC: GODE561231GR8"),
        ("bank_account", "CLABE 002010077777777771"),
        ("bank_account", "GB33 BUKB 2020 1555 5555 55"),
        ("card", "4111 1111 1111 1111"),
        ("card", "3782-822463-10005"),
    ],
)
def test_personal_data(kind: str, text: str) -> None:
    assert not no_personal_data(text)
    assert not no_personal_data(text, kinds=[kind])
    others = [other for other in ("email", "phone", "curp", "rfc", "bank_account", "card") if other != kind]
    assert no_personal_data(text, kinds=others)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Obra pública",
        "LA-50-GYR-050GYR032-N-89-2026",
        "018-572-2024",
        "2024-01-31 2025-01-31",
        "19.4326077, -99.1332080",
        "+19.4326077",
        "5512345678",
        "002010077777777770",  # another check digit
        "123456789012345678",
        "4111111111111111",  # as any number of sixteen digits
        "4111 1111 1111 1112",
        "GODE561231GR9",
        "XAXX010101000",
        "ABC680524P76",  # a legal entity's
        "1,234,567.89",
        "16.727.230/0001-97",
        "ocds-213czf-000-00001",
        "@usuario",
        "https://example.org/1234567890",
        "2025-2026-2027",
    ],
)
def test_no_personal_data(text: str) -> None:
    assert no_personal_data(text)


def test_what_is_allowed_may_stand() -> None:
    text = "info@example.org, ana@sub.example.org, Tel. (55) 1234-5678"
    assert no_personal_data(text, allow=["@example.org", "(55) 1234 5678", "Tel. (55) 1234-5678"])
    assert not no_personal_data(text, allow=["@example.org"])
    assert not no_personal_data("ana@notexample.org", allow=["@example.org"])
    assert no_personal_data("INFO@example.org", allow=["info@example.org"])
    assert no_personal_data("GODE561231GR8", allow=["gode-561231-gr8"])
