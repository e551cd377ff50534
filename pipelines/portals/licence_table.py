"""The licences that are known, how each is written, and whether it is open: facts, one row each.

Belongs here: data. Does not belong here: how a text is matched to a row (`licences`).

Open is what the Open Definition 2.1 calls so. `basis` says how we know: `listed`, the Open Definition's own list
says it (opendefinition.org/licenses and its register); `terms`, it has not judged this licence, and its terms
themselves ask for no more than it allows, or forbid what it demands; `unknown`, nobody could say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Licence:
    """A licence: `id` is SPDX's where it has one, without a version when none is told. None for `open`: unknown."""

    id: str
    title: str
    url: str
    open: bool | None
    basis: Literal["listed", "terms", "unknown"] = "listed"


def _row(licence: Licence, names: str, addresses: str = "", version: str = "") -> Row:
    return Row(licence, frozenset(_names(names)), tuple(addresses.split()), version)


@dataclass(frozen=True)
class Row:
    """`names` are as `_plain` leaves them, with the word licence only where they would mean nothing without it;
    `addresses` without scheme and www, each the beginning of a path.
    """

    licence: Licence
    names: frozenset[str]
    addresses: tuple[str, ...]
    version: str


def _names(text: str) -> list[str]:
    return [it.strip() for it in text.split(",") if it.strip()]


_ODC = "https://opendatacommons.org/licenses/"
_OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/"
_ETALAB = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
_SWISS = "https://opendata.swiss/terms-of-use"
_OGL_NAMES = (
    "uk ogl, ogl uk, ogl, open government licence, open government united kingdom, open government uk, "
    "uk open government"
)
TABLE = (
    _row(
        Licence("ODbL-1.0", "Open Data Commons Open Database License 1.0", f"{_ODC}odbl/1-0/", True),
        "odc odbl, odbl, odc bl, open database licence, open data commons open database, odc open database",
        "opendatacommons.org/licenses/odbl vvlibri.org/fr/licence/odbl",
        "1.0",
    ),
    _row(
        Licence("ODC-By-1.0", "Open Data Commons Attribution License 1.0", f"{_ODC}by/1-0/", True),
        "odc by, odc attribution, open data commons attribution",
        "opendatacommons.org/licenses/by",
        "1.0",
    ),
    _row(
        Licence(
            "PDDL-1.0", "Open Data Commons Public Domain Dedication and License 1.0", f"{_ODC}pddl/1-0/", True
        ),
        "odc pddl, pddl, open data commons public domain dedication and, open data commons public domain dedication",
        "opendatacommons.org/licenses/pddl",
        "1.0",
    ),
    _row(
        Licence("OGL-UK-3.0", "Open Government Licence 3.0 (United Kingdom)", f"{_OGL}version/3/", True),
        _OGL_NAMES,
        "nationalarchives.gov.uk/doc/open-government-licence/version/3",
        "3.0",
    ),
    _row(
        Licence("OGL-UK-2.0", "Open Government Licence 2.0 (United Kingdom)", f"{_OGL}version/2/", True),
        _OGL_NAMES,
        "nationalarchives.gov.uk/doc/open-government-licence/version/2",
        "2.0",
    ),
    _row(
        Licence(
            "OGL-UK-1.0", "Open Government Licence 1.0 (United Kingdom)", f"{_OGL}version/1/", True, "terms"
        ),
        _OGL_NAMES,
        "nationalarchives.gov.uk/doc/open-government-licence/version/1",
        "1.0",
    ),
    _row(
        Licence("OGL-UK", "Open Government Licence (United Kingdom)", _OGL, True, "terms"),
        _OGL_NAMES,
        "nationalarchives.gov.uk/doc/open-government-licence reference.data.gov.uk/id/open-government-licence",
    ),
    _row(
        Licence(
            "OGL-Canada-2.0",
            "Open Government Licence – Canada 2.0",
            "https://open.canada.ca/en/open-government-licence-canada",
            True,
        ),
        "ogl canada, ogl ca, ca ogl lgo, open government canada, gouvernement ouvert canada",
        "open.canada.ca/en/open-government-licence-canada open.canada.ca/fr/licence-du-gouvernement-ouvert-canada "
        "open.canada.ca/en/open-government-license-canada data.gc.ca/eng/open-government-licence-canada "
        "ouvert.canada.ca/fr/licence-du-gouvernement-ouvert-canada",
        "2.0",
    ),
    _row(
        Licence(
            "OGDL-Taiwan-1.0", "Open Government Data License Taiwan 1.0", "https://data.gov.tw/license", True
        ),
        "ogdl taiwan, ogl tw, open government data taiwan",
        "data.gov.tw/license",
        "1.0",
    ),
    _row(
        Licence(
            "DL-DE-BY-2.0",
            "Data licence Germany – attribution 2.0",
            "https://www.govdata.de/dl-de/by-2-0",
            True,
        ),
        "dl by, data germany attribution, datenlizenz deutschland namensnennung",
        "govdata.de/dl-de/by-2-0 dcat-ap.de/def/licenses/dl-by-de/2.0",
        "2.0",
    ),
    _row(
        Licence(
            "DL-DE-ZERO-2.0", "Data licence Germany – Zero 2.0", "https://www.govdata.de/dl-de/zero-2-0", True
        ),
        "dl zero, data germany zero, datenlizenz deutschland zero",
        "govdata.de/dl-de/zero-2-0 dcat-ap.de/def/licenses/dl-zero-de/2.0",
        "2.0",
    ),
    _row(
        Licence("etalab-2.0", "Licence Ouverte / Open Licence 2.0 (Etalab)", _ETALAB, True, "terms"),
        "lov2, lo fr, etalab, licence ouverte, ouverte open, ouverte etalab, open etalab",
        "etalab.gouv.fr/wp-content/uploads/2017/04/etalab-licence-ouverte-v2.0 github.com/etalab/licence-ouverte "
        "spdx.org/licenses/etalab-2.0",
        "2.0",
    ),
    _row(
        Licence("fr-lo", "Licence Ouverte / Open Licence (Etalab)", _ETALAB, True, "terms"),
        "fr lo, etalab, licence ouverte, ouverte open, ouverte etalab, open etalab",
        "etalab.gouv.fr/licence-ouverte etalab.gouv.fr/pages/licence_ouverte_open_licence "
        "etalab.gouv.fr/wp-content/uploads/2014/05/licence_ouverte etalab.gouv.fr/open-licence "
        "data.gouv.fr/licence-ouverte-open-licence ddata.over-blog.com/xxxyyy/4/37/99/26/licence",
    ),
    _row(
        Licence("libre-uso-mx", "Términos de Libre Uso MX", "https://datos.gob.mx/libreusomx", True, "terms"),
        "libre uso mx, libreusomx, libre uso, terminos libre uso, terminos libre uso mx, "
        "terminos libre uso datos abiertos, terminos libre uso mx datos abiertos, "
        "terminos libre uso datos abiertos gobierno federal, terminos libre uso datos abiertos gobierno mexico",
        "datos.gob.mx/libreusomx datos.gob.mx/libreuso datos.gob.mx/libre-uso-mx datos.gob.mx/busca/libreusomx",
    ),
    _row(
        Licence("opendata-swiss-open", "Opendata OPEN (opendata.swiss)", _SWISS, True, "terms"),
        "noncommercialallowed commercialallowed referencenotrequired",
    ),
    _row(
        Licence("opendata-swiss-by", "Opendata BY (opendata.swiss)", _SWISS, True, "terms"),
        "noncommercialallowed commercialallowed referencerequired",
    ),
    _row(
        Licence("opendata-swiss-ask", "Opendata ASK (opendata.swiss)", _SWISS, False, "terms"),
        "noncommercialallowed commercialwithpermission referencenotrequired",
    ),
    _row(
        Licence("opendata-swiss-by-ask", "Opendata BY ASK (opendata.swiss)", _SWISS, False, "terms"),
        "noncommercialallowed commercialwithpermission referencerequired",
    ),
    _row(
        # Open Definition 2.1, section 1.1: in the public domain, or under an open licence.
        Licence(
            "public-domain",
            "Public domain",
            "https://creativecommons.org/publicdomain/mark/1.0/",
            True,
            "terms",
        ),
        "other pd, other public domain, public domain, dominio publico, domaine public, otra dominio publico, "
        "otro dominio publico, outra dominio publico, autre domaine public, us pd, public domain us government, "
        "public domain mark, marca dominio publico, cc pdm, pdm",
        "creativecommons.org/publicdomain/mark usa.gov/publicdomain/label usa.gov/government-works "
        "creativecommons.org/licenses/publicdomain",
    ),
    _row(
        Licence("other-open", "Other (Open)", "", None, "unknown"),
        "other open, otra abierta, otro abierto, outra aberta, autre ouverte, autre open",
    ),
    _row(
        Licence("other-at", "Other (Attribution)", "", None, "unknown"),
        "other at, other attribution, otra atribucion, otra reconocimiento, outra atribuicao, autre attribution",
    ),
    _row(
        Licence("COM-REUSE", "Commission reuse notice", "", None, "unknown"),
        "com reuse, commission reuse notice",
    ),
    _row(
        Licence("GFDL", "GNU Free Documentation License", "", None, "unknown"), "gfdl, gnu free documentation"
    ),
    _row(
        Licence("other-nc", "Other (Non-Commercial)", "", False, "terms"),
        "other nc, other non commercial, otra no comercial, outra nao comercial, autre non commercial",
    ),
    _row(
        Licence("other-closed", "Other (Not Open)", "", False, "terms"),
        "other closed, other not open, otra cerrada, otra no abierta, outra fechada, outra nao aberta, "
        "all rights reserved, todos derechos reservados, todos direitos reservados, tous droits reserves",
    ),
)
