"""Every scheme of identifiers by examples, invented or of documentation: right, wrongly checked, wrongly written."""

from __future__ import annotations

import random

import pytest

from pipelines.identifiers import ALIASES, SCHEMES, scheme

WRONG_CHECK = {
    "MX-RFC": ["GODE561231GR9", "ABC680524P70", "GODE5612310R8"],
    "MX-CURP": ["BOXW310820HNERXN08"],
    "MX-CLABE": ["002010077777777770"],
    "XI-LEI": ["213800KUD8LXJWSQ9D15"],
    "BR-CNPJ": ["16727230000198", "16.727.230/0001-98", "12ABC34501DE36"],
    "CO-NIT": ["213.123.432-2", "800.197.268-5", "8001972685", "900373115-1"],
    "AR-CUIT": ["20055361683"],
    "BR-CPF": ["390.533.447-06"],
    "CL-RUT": ["76086428-6"],
    "PE-RUC": ["20512333798"],
    "EC-RUC": ["1792060347001"],
}
RIGHT = {
    "MX-RFC": ["GODE561231GR8", "XAXX010101000", "XEXX010101000", "XXXXXXXXXXXX", "XXXXXXXXXXXXX"],
    "BR-CNPJ": ["16727230000197", "12ABC34501DE35", "12.ABC.345/01DE-35"],
    "CO-NIT": ["800.197.268-4", "800197268-4", "8001972684", "800197268", "12345678", "1020304050"],
    "CL-RUT": ["760864285", "76086428-5", "76.086.428-5"],
    "AR-CUIT": ["20055361682", "20-05536168-2"],
    "XI-LEI": ["213800KUD8LAJWSQ9D15"],
    "OCID": ["ocds-213czf-000-00001", "ocds-07smqs-a b"],
    "VE-RIF": ["V-11470283-4", "V114702834"],
}
WRONG_FORM = {
    "MX-RFC": [
        "GODE561231",  # without homoclave
        "GODE560230GR8",  # no such day
        "GODE010229GR8",  # no leap year
        "PUTO561231GR8",  # a beginning that the authority does not give
        "GODE-561231-GR8",
        "XXXXXXXXXXX",
    ],
    "MX-CURP": ["BOXW310820HXXRXN09", "BOXW310820ZNERXN09", "BOXW000229HNERXN09", "BOXW310820HNERXN0"],
    "MX-CLABE": ["00201007777777777", "002-010-07777777777-1"],
    "XI-LEI": ["98", "213800KUD8LAJWSQ9D1", "213800-KUD8LAJWSQ9D15"],
    "BR-CNPJ": ["00000000000000", "16.727.230.0001-97", "16727230/0001-97", "1672723000019"],
    "CO-NIT": ["0800197268", "800197268-", "80019726812", "800,197,268"],
    "OCID": ["ocds-213czf-", "OCDS-213czf-1", "ocds-213cz-1", "213czf-1", "ocds-213czf- 1"],
    "CL-RUT": ["7.6086.428-5", "76086428 5", "1-9"],
}


@pytest.mark.parametrize("code", sorted(SCHEMES))
def test_the_example_of_each_scheme_is_valid_and_its_faults_of_writing_are_not(code: str) -> None:
    of = SCHEMES[code]
    assert of.valid(of.example)
    assert set(of.name) == {"en", "es"}
    assert of.source
    assert len(of.country) in (0, 2)
    for text in (
        "",
        " ",
        "\n",
        f" {of.example}",
        f"{of.example} ",
        f"{of.example}\n",
        "S/N",
        "٣" * 11,
        "x" * 999,
    ):
        assert not of.form(text), text
    if of.example != of.example.lower():
        assert not of.form(of.example.lower())


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in RIGHT.items() for text in texts])
def test_right(code: str, text: str) -> None:
    assert SCHEMES[code].valid(text)


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in WRONG_CHECK.items() for text in texts]
)
def test_a_wrong_check_digit_is_no_fault_of_form(code: str, text: str) -> None:
    of = SCHEMES[code]
    assert of.form(text)
    assert of.check is not None
    assert not of.check(text)
    assert not of.valid(text)


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in WRONG_FORM.items() for text in texts]
)
def test_a_wrong_form_is_told(code: str, text: str) -> None:
    assert not SCHEMES[code].form(text)


def test_schemes_are_found_by_their_code_and_what_others_call_them() -> None:
    assert scheme("LEI") is scheme("XI-LEI")
    assert set(ALIASES.values()) <= set(SCHEMES)
    with pytest.raises(KeyError, match="MX-RFC"):
        scheme("MX-NONE")


@pytest.mark.parametrize("code", sorted(SCHEMES))
def test_no_text_makes_a_rule_raise(code: str) -> None:
    dice = random.Random(7)  # noqa: S311
    letters = "0123456789\n -.KVA/٣ñ\0"
    scheme = SCHEMES[code]
    for _ in range(400):
        made = "".join(dice.choice(letters) for _ in range(dice.randrange(16)))
        place = dice.randrange(len(scheme.example))
        near = scheme.example[:place] + dice.choice(letters) + scheme.example[place + 1 :]
        for text in (made, near):
            assert scheme.valid(text) in (True, False)
            assert not scheme.valid(text) or scheme.form(text)
