"""Why one row fails an expectation, in a sentence of the reader's language.

Belongs here: one sentence for each expectation type of GX that a row can fail, made of the expectation's own
arguments. Types that are not listed get the sentence that is true of all. Does not belong here: what the suite says
itself (title, advice).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.validation.suites import ROWS_QUERY

LONGEST = 160
C, V = "expect_column_", "expect_column_values_to_"
# (English, Spanish) by type. In braces stand arguments of the expectation, and `bounds`, made of four of them.
SENTENCES: Mapping[str, tuple[str, str]] = {
    f"{V}not_be_null": ("the cell is empty", "la celda está vacía"),
    f"{V}be_null": ("the cell should be empty", "la celda debería estar vacía"),
    f"{V}be_unique": ("the value stands more than once", "el valor aparece más de una vez"),
    f"{V}be_in_set": ("it is not one of: {value_set}", "no es uno de: {value_set}"),
    f"{V}not_be_in_set": ("it is one of: {value_set}", "es uno de: {value_set}"),
    f"{V}be_between": ("it should be {bounds}", "debería ser {bounds}"),
    f"{V}match_regex": ("it does not have the form {regex}", "no tiene la forma {regex}"),
    f"{V}not_match_regex": ("it has the form {regex}", "tiene la forma {regex}"),
    f"{V}match_regex_list": ("it has none of the forms {regex_list}", "no tiene las formas {regex_list}"),
    f"{V}not_match_regex_list": (
        "it has one of the forms {regex_list}",
        "tiene una de las formas {regex_list}",
    ),
    f"{V}match_like_pattern": ("it is not as {like_pattern}", "no es como {like_pattern}"),
    f"{V}not_match_like_pattern": ("it is as {like_pattern}", "es como {like_pattern}"),
    f"{V}match_like_pattern_list": ("it is not as {like_pattern_list}", "no es como {like_pattern_list}"),
    f"{V}not_match_like_pattern_list": ("it is as {like_pattern_list}", "es como {like_pattern_list}"),
    f"{V}match_strftime_format": (
        "it is no date of the form {strftime_format}",
        "no es una fecha de la forma {strftime_format}",
    ),
    f"{V}be_dateutil_parseable": ("it cannot be read as a date", "no se puede leer como fecha"),
    f"{V}be_json_parseable": ("it is no JSON", "no es JSON"),
    f"{V}match_json_schema": ("it is no JSON of the schema", "no es JSON conforme al esquema"),
    f"{V}be_increasing": ("it is smaller than the one before", "es menor que el anterior"),
    f"{V}be_decreasing": ("it is greater than the one before", "es mayor que el anterior"),
    f"{V}not_be_outliers": ("it is far from the other values", "está lejos de los demás valores"),
    f"{C}value_z_scores_to_be_less_than": (
        "it is {threshold} or more standard deviations from the mean",
        "está a {threshold} desviaciones estándar o más de la media",
    ),
    f"{C}value_lengths_to_be_between": (
        "its number of characters should be {bounds}",
        "su número de caracteres debería ser {bounds}",
    ),
    f"{C}value_lengths_to_equal": ("it does not have {value} characters", "no tiene {value} caracteres"),
    f"{C}pair_values_a_to_be_greater_than_b": (
        "{column_A} is not greater than {column_B}",
        "{column_A} no es mayor que {column_B}",
    ),
    f"{C}pair_values_to_be_equal": ("{column_A} and {column_B} differ", "{column_A} y {column_B} difieren"),
    f"{C}pair_values_to_be_in_set": ("this pair is not allowed", "esta pareja no está permitida"),
    "expect_compound_columns_to_be_unique": (
        "this combination of {column_list} stands more than once",
        "esta combinación de {column_list} aparece más de una vez",
    ),
    "expect_select_column_values_to_be_unique_within_record": (
        "two of {column_list} have the same value",
        "dos de {column_list} tienen el mismo valor",
    ),
    "expect_multicolumn_values_to_be_equal": ("{column_list} differ", "{column_list} difieren"),
    "expect_multicolumn_sum_to_equal": (
        "the sum of {column_list} is not {sum_total}",
        "la suma de {column_list} no es {sum_total}",
    ),
    f"{V}be_valid_identifiers": (
        "it is no valid identifier of {scheme}",
        "no es un identificador válido de {scheme}",
    ),
    f"{V}be_iso8601_dates": (
        "it is no real date in ISO 8601, such as 2025-01-31",
        "no es una fecha real en ISO 8601, como 2025-01-31",
    ),
    f"{V}be_in_code_list": ("it is no code of {code_list}", "no es un código de {code_list}"),
    f"{V}not_be_placeholders": (
        "it stands where a value should be",
        "ocupa el lugar de un valor y no dice nada",
    ),
    f"{V}have_no_mojibake": (
        "its letters were read in the wrong encoding",
        "sus letras se leyeron con otra codificación",
    ),
    f"{V}hold_no_personal_data": ("it holds personal data", "contiene datos personales"),
    f"{V}have_no_outer_blanks": ("it begins or ends with a blank", "empieza o termina con un espacio"),
    ROWS_QUERY: ("the suite's query finds this row", "la consulta de la suite encuentra esta fila"),
}
PAIR = ("column_A", "column_B")
OTHERWISE = ("it does not meet the expectation", "no cumple la expectativa")
LIMITS = {"en": ("at least", "more than", "at most", "less than", "and", "today"),
          "es": ("al menos", "más de", "a lo sumo", "menos de", "y", "hoy")}  # fmt: skip


def reason(kind: str, kwargs: Mapping[str, Any], columns: Mapping[str, str], language: str) -> str:
    """Why a row fails an expectation of this type with these arguments; `columns` are published names by role."""
    sentence = SENTENCES.get(kind, OTHERWISE)[language == "es"]
    named = {name: columns.get(str(kwargs[name]), kwargs[name]) for name in PAIR if name in kwargs}
    if isinstance(kwargs.get("column_list"), list):
        named["column_list"] = [columns.get(role, role) for role in kwargs["column_list"]]
    said = {name: _said(value, language) for name, value in {**kwargs, **named}.items()}
    try:
        return sentence.format_map({**said, "bounds": _bounds(kwargs, language)})
    except KeyError:  # an argument that was left to its default
        return OTHERWISE[language == "es"]


def _bounds(kwargs: Mapping[str, Any], language: str) -> str:
    at_least, more_than, at_most, less_than, both, _ = LIMITS[language]
    parts = []
    if kwargs.get("min_value") is not None:
        parts.append(
            f"{more_than if kwargs.get('strict_min') else at_least} {_said(kwargs['min_value'], language)}"
        )
    if kwargs.get("max_value") is not None:
        parts.append(
            f"{less_than if kwargs.get('strict_max') else at_most} {_said(kwargs['max_value'], language)}"
        )
    return f" {both} ".join(parts)


def _said(value: object, language: str) -> str:
    if isinstance(value, Mapping) and set(value) == {"$PARAMETER"}:
        return LIMITS[language][-1] if value["$PARAMETER"] == "today" else str(value["$PARAMETER"])
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = text.removesuffix("T00:00:00")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
