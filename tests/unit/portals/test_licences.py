"""Licences: every wording that portals were seen to use, and that what is not understood is never open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.model import Dataset, Distribution
from pipelines.portals import values
from pipelines.portals.licence_table import TABLE
from pipelines.portals.licences import match

KNOWN = [
    # Register ids (CKAN, udata, SPDX), which carry no version or one.
    ("cc-by", "CC-BY", True),
    ("cc-by-sa", "CC-BY-SA", True),
    ("cc-zero", "CC0-1.0", True),
    ("cc-nc", "CC-NC", False),
    ("odc-pddl", "PDDL-1.0", True),
    ("odc-odbl", "ODbL-1.0", True),
    ("odc-by", "ODC-By-1.0", True),
    ("uk-ogl", "OGL-UK", True),
    ("other-pd", "public-domain", True),
    ("other-open", "other-open", None),
    ("other-at", "other-at", None),
    ("gfdl", "GFDL", None),
    ("other-nc", "other-nc", False),
    ("other-closed", "other-closed", False),
    ("fr-lo", "fr-lo", True),
    ("lov2", "etalab-2.0", True),
    ("CC-BY-4.0", "CC-BY-4.0", True),
    ("CC0_10", "CC0-1.0", True),
    ("ODbL-1.0", "ODbL-1.0", True),
    ("OGL-UK-3.0", "OGL-UK-3.0", True),
    ("OGL-Canada-2.0", "OGL-Canada-2.0", True),
    ("DL-DE-BY-2.0", "DL-DE-BY-2.0", True),
    ("libre-uso-mx", "libre-uso-mx", True),
    # Titles.
    ("Creative Commons Attribution", "CC-BY", True),
    ("Creative Commons Attribution 3.0 Unported", "CC-BY-3.0", True),
    ("Creative Commons Attribution Share-Alike", "CC-BY-SA", True),
    ("Creative Commons Atribución 4.0 Internacional", "CC-BY-4.0", True),
    ("Creative Commons Reconocimiento 4.0", "CC-BY-4.0", True),
    ("Creative Commons Atribución-CompartirIgual 4.0", "CC-BY-SA-4.0", True),
    ("Creative Commons Atribución-NoComercial-SinDerivadas 2.5 México", "CC-BY-NC-ND-2.5", False),
    ("Creative Commons Atribuição", "CC-BY", True),
    ("Creative Commons Atribuição-NãoComercial 4.0", "CC-BY-NC-4.0", False),
    ("Licence Creative Commons Attribution - Pas d'Utilisation Commerciale 4.0", "CC-BY-NC-4.0", False),
    ("Creative Commons Non-Commercial (Any)", "CC-NC", False),
    ("Creative Commons CCZero", "CC0-1.0", True),
    ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0", True),
    ("CC BY-SA 4.0", "CC-BY-SA-4.0", True),
    ("CC_BYNCND_3_0", "CC-BY-NC-ND-3.0", False),
    ("Open Data Commons Open Database License (ODbL)", "ODbL-1.0", True),
    ("Open Data Commons Attribution License", "ODC-By-1.0", True),
    ("Open Data Commons Public Domain Dedication and License (PDDL)", "PDDL-1.0", True),
    ("UK Open Government Licence (OGL)", "OGL-UK", True),
    ("Open Government Licence v3.0", "OGL-UK-3.0", True),
    ("Open Government Licence - Canada", "OGL-Canada-2.0", True),
    ("Licence Ouverte / Open Licence version 2.0", "etalab-2.0", True),
    ("Licence Ouverte / Open Licence", "fr-lo", True),
    ("Libre Uso MX", "libre-uso-mx", True),
    ("Términos de Libre Uso", "libre-uso-mx", True),
    ("Términos de Libre Uso MX de los Datos Abiertos", "libre-uso-mx", True),
    ("Outra (Domínio Público)", "public-domain", True),
    ("Todos los derechos reservados", "other-closed", False),
    ("NonCommercialAllowed-CommercialAllowed-ReferenceRequired", "opendata-swiss-by", True),
    ("NonCommercialAllowed-CommercialWithPermission-ReferenceRequired", "opendata-swiss-by-ask", False),
    # Addresses: scheme, www, slashes, versions, languages.
    ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", True),
    ("http://www.creativecommons.org/licenses/by/4.0/deed.es", "CC-BY-4.0", True),
    ("http://creativecommons.org/licenses/by/2.5/mx/", "CC-BY-2.5", True),
    ("https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode", "CC-BY-NC-SA-4.0", False),
    ("https://creativecommons.org/publicdomain/zero/1.0/deed.fr", "CC0-1.0", True),
    ("https://creativecommons.org/publicdomain/mark/1.0/", "public-domain", True),
    ("http://www.opendefinition.org/licenses/cc-by", "CC-BY", True),
    ("http://opendefinition.org/licenses/odc-odbl/", "ODbL-1.0", True),
    ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0", True),
    ("http://www.opendatacommons.org/licenses/pddl/1.0", "PDDL-1.0", True),
    ("https://opendatacommons.org/licenses/by/", "ODC-By-1.0", True),
    ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0", True),
    ("http://reference.data.gov.uk/id/open-government-licence", "OGL-UK", True),
    ("https://open.canada.ca/en/open-government-licence-canada", "OGL-Canada-2.0", True),
    ("http://datos.gob.mx/libreusomx/", "libre-uso-mx", True),
    ("https://www.etalab.gouv.fr/licence-ouverte-open-licence/", "fr-lo", True),
    ("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0", "CC-BY-4.0", True),
    ("http://dcat-ap.de/def/licenses/dl-by-de/2.0", "DL-DE-BY-2.0", True),
    ("https://spdx.org/licenses/CC-BY-4.0.html", "CC-BY-4.0", True),
    ("http://www.usa.gov/publicdomain/label/1.0/", "public-domain", True),
    # A title and its address.
    ("CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)", "CC-BY-4.0", True),
    ("Soumis à la licence Etalab : https://www.etalab.gouv.fr/licence-ouverte-open-licence/", "fr-lo", True),
]
UNKNOWN = [
    "",
    "open",
    "Open License",
    "abierta",
    "Attribution",
    "Creative Commons",
    "Licencia",
    "License not specified",
    "CC BY, for schools only",
    "CC BY 5.0",
    "CC BY-ND-SA",
    "not CC BY",
    "CC-BY-4.0 and ODbL",
    "CC BY 4.0 https://creativecommons.org/licenses/by-nc/4.0/",
    "https://creativecommons.org/licenses/by/4.0/ https://opendatacommons.org/licenses/odbl/",
    "https://datos.example/terminos",
    "https://creativecommons.org/",
    "https://creativecommons.org/licenses/",
    "https://datos.gob.mx.example/libreusomx",
    "https://datos.gob.mx/libreusomxico",
    "https://[",
    "cc-by" * 200,
]


@pytest.mark.parametrize(("text", "known", "is_open"), KNOWN)
def test_every_wording_is_matched(text: str, known: str, is_open: bool | None) -> None:
    found = match(text)
    assert found is not None
    assert (found.id, found.open) == (known, is_open)


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_not_understood_whole_is_not_matched(text: str) -> None:
    assert match(text) is None


def test_no_name_of_the_table_means_two_licences() -> None:
    names = Counter((name, row.version) for row in TABLE for name in row.names)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_licence_of_the_table_is_found_by_each_of_its_names_and_addresses() -> None:
    for row in TABLE:
        for name in row.names:
            found = match(f"{name} {row.version}".strip())
            assert found == row.licence, name
        for address in row.addresses:
            found = match(f"https://www.{address}/")
            assert found is not None, address


def test_what_nobody_could_say_is_never_open() -> None:
    assert {row.licence.open for row in TABLE if row.licence.basis == "unknown"} == {None}


def test_artifacts_from_before_read_as_unknown(tmp_path: Path) -> None:
    from pipelines import artifacts
    from pipelines.model import ContactPoint, Publisher

    old = Dataset(
        "a/b", "T", Publisher("P"), ContactPoint("U"), (Distribution("a/b/c", "T", "http://x.example"),)
    )
    path = tmp_path / "dataset.json"
    artifacts.write_value(path, old)
    told = json.loads(path.read_bytes())
    for name in ("license_id", "license_open", "data_dictionary"):
        del told[name]
    del told["distributions"][0]["paging"]
    path.write_text(json.dumps(told))
    assert artifacts.read_value(path, Dataset) == old


# --- the licences of the recorded answers ------------------------------------------------------------------------

FIELDS = ("license", "license_id", "license_title", "license_url", "licenseId")
# 893 of 1,298 statements and 31 of 35 wordings; what is left is two portals' own terms and two texts.
MATCHED_OF_STATED, MATCHED_WORDINGS = 0.68, 0.88


def _stated(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in FIELDS and isinstance(inner, str) and (text := values.license_of(inner)):
                yield text
            yield from _stated(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _stated(inner)


def test_most_of_what_recorded_portals_state_is_matched(corpus: Path) -> None:
    stated: Counter[str] = Counter()
    for file in sorted((corpus / "api").rglob("*")):
        if file.is_file():
            try:
                stated.update(_stated(json.loads(file.read_bytes())))
            except ValueError:
                continue
    matched = sum(count for text, count in stated.items() if match(text))
    left = [(text[:80], count) for text, count in stated.most_common() if match(text) is None]
    assert matched / stated.total() >= MATCHED_OF_STATED, left
    assert 1 - len(left) / len(stated) >= MATCHED_WORDINGS, left
