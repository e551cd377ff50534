"""Our own expectations in plain Great Expectations, as somebody without Veedor's plan runs them."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

V = "expect_column_values_to_"


@pytest.fixture(scope="module")
def context() -> Any:
    import great_expectations as gx

    import pipelines.validation.custom  # noqa: F401 - GX then knows our types

    return gx.get_context(mode="ephemeral")


def validated(context: Any, expectation: Any, values: list[Any], **result_format: Any) -> Any:
    frame = pd.DataFrame({"name": values, "of": range(1, len(values) + 1)})
    source = context.data_sources.add_or_update_pandas("plain")
    batch = source.add_dataframe_asset("t").add_batch_definition_whole_dataframe("w")
    wanted = {"result_format": "COMPLETE", **result_format}
    return batch.get_batch({"dataframe": frame}).validate(expectation, result_format=wanted)


def of_json(what: str, **kwargs: Any) -> Any:
    """An expectation as a suite's JSON has it."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    import pipelines.validation.custom  # noqa: F401 # makes them known

    return ExpectationConfiguration(type=V + what, kwargs={"column": "name", **kwargs}).to_domain_obj()


def test_plain_great_expectations_runs_them_after_one_import(context: Any) -> None:
    from pipelines.validation.custom.texts import ExpectColumnValuesToHaveNoOuterBlanks

    expectation = ExpectColumnValuesToHaveNoOuterBlanks(column="name", mostly=0.3)
    result = validated(context, expectation, ["Obras", " Obras", None, "Obras\n"])
    assert (result.success, result.result["unexpected_count"], result.result["missing_count"]) == (True, 2, 1)
    assert result.result["partial_unexpected_list"] == [" Obras", "Obras\n"]


# type, arguments, values that meet it, values that do not
CASES: list[tuple[str, dict[str, Any], list[Any], list[Any]]] = [
    ("have_no_mojibake", {}, ["Adquisición", 1], ["AdquisiciÃ³n", "A\ufffdo"]),
    (
        "be_valid_identifiers",
        {"scheme": "MX-RFC"},
        ["GODE561231GR8"],
        ["GODE561231GR9", "gode561231gr8", "S/N"],
    ),
    (
        "be_valid_identifiers",
        {"scheme": ["MX-RFC", "LEI"], "part": "form"},
        ["GODE561231GR9", "213800KUD8LAJWSQ9D15"],
        ["98", 7],
    ),
    ("be_valid_identifiers", {"scheme": "LEI", "part": "check_digit"}, ["98"], ["213800KUD8LXJWSQ9D15"]),
    (
        "be_valid_identifiers",
        {"scheme": "OCID", "prefixes": ["ocds-213czf"]},
        ["ocds-213czf-1"],
        ["ocds-213czg-1"],
    ),
    ("be_iso8601_dates", {}, ["2024-02-29", "2025-01-01T10:00Z"], ["2023-02-29", "2025-13-01", "2025-01"]),
    (
        "be_iso8601_dates",
        {"precision": "month", "time": "refused"},
        ["2025-01"],
        ["2025", "2025-01-01T10:00Z"],
    ),
    ("be_in_code_list", {"code_list": "ISO 4217"}, ["MXN", "CLF"], ["HRK", "TEST", "mxn"]),
    ("be_in_code_list", {"code_list": "ISO 3166-1 alpha-2", "withdrawn": True}, ["MX", "AN"], ["MEX", "UK"]),
    ("not_be_placeholders", {}, ["Obra", "0"], ["S/N", "sin dato", "..."]),
    ("not_be_placeholders", {"kind": "identifier", "allow": ["s/n"]}, ["S/N", "A-1"], ["0000", "N/A"]),
    ("hold_no_personal_data", {}, ["Obra", 5512345678], ["ana@example.org", "Tel. 55 1234 5678"]),
    ("hold_no_personal_data", {"kinds": ["curp"], "allow": []}, ["ana@example.org"], ["BOXW310820HNERXN09"]),
]


@pytest.mark.parametrize(("kind", "kwargs", "right", "wrong"), CASES)
def test_each_in_plain_great_expectations(
    context: Any, kind: str, kwargs: dict[str, Any], right: list[Any], wrong: list[Any]
) -> None:
    from great_expectations.expectations.row_conditions import Column

    result = validated(context, of_json(kind, **kwargs), [*right, None, *wrong])
    assert not result.exception_info.get("raised_exception"), result.exception_info
    assert not result.success
    assert (result.result["unexpected_count"], result.result["missing_count"]) == (len(wrong), 1)
    assert result.result["unexpected_index_list"] == list(range(len(right) + 1, len(right) + 1 + len(wrong)))
    assert validated(context, of_json(kind, **kwargs), [*right, None]).success
    assert validated(context, of_json(kind, mostly=0.1, **kwargs), [*right, *wrong]).success
    asked = of_json(kind, row_condition=Column("of") < 1, **kwargs)
    assert validated(context, asked, [*right, *wrong]).result["element_count"] == 0


def test_what_cannot_be_asked_raises_in_great_expectations(context: Any) -> None:
    result = validated(context, of_json("be_valid_identifiers", scheme="MX-NONE"), ["x"])
    assert not result.success
    assert "MX-NONE" in json.dumps(result.to_json_dict()["exception_info"])


@pytest.mark.parametrize("form", ["BASIC", "SUMMARY", "COMPLETE"])
def test_no_result_shows_personal_data(context: Any, form: str) -> None:
    address = "ana.perez@example.org"
    result = validated(
        context,
        of_json("hold_no_personal_data"),
        [address, "Obra", address, "55 1234 5678"],
        result_format=form,
        include_unexpected_rows=True,
        unexpected_index_column_names=["of", "name"],
    )
    told = json.dumps(result.to_json_dict(), default=str)
    assert not result.success
    assert result.result["unexpected_count"] == 3
    assert address not in told
    assert "1234" not in told
    assert "***" in told


SENTENCES = [
    (
        "be_valid_identifiers",
        {"scheme": ["MX-RFC", "LEI"], "part": "form", "mostly": 0.98},
        "name values must be valid identifiers of MX-RFC, LEI (form, check digit or both: form), "
        "at least 98 % of the time.",
    ),
    (
        "be_iso8601_dates",
        {},
        "name values must be real dates in ISO 8601, to the day at least (time of day: allowed).",
    ),
    ("be_in_code_list", {"code_list": "ISO 4217"}, "name values must be codes of ISO 4217."),
    ("hold_no_personal_data", {}, "name values must hold no personal data but what is allowed."),
]


@pytest.mark.parametrize(("kind", "kwargs", "sentence"), SENTENCES)
def test_great_expectations_shows_them_as_sentences(kind: str, kwargs: dict[str, Any], sentence: str) -> None:
    import string

    expectation = of_json(kind, **kwargs)
    (shown,) = type(expectation)._prescriptive_renderer(configuration=expectation.configuration)
    expectation.render()
    (atomic,) = expectation.rendered_content
    for template, params in (
        (shown.string_template["template"], shown.string_template["params"]),
        (atomic.value.template, {name: param["value"] for name, param in atomic.value.params.items()}),
    ):
        assert string.Template(template).substitute(params) == sentence
