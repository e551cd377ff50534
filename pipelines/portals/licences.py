"""Licences: what publishers write for one, matched to the licences that are known.

Belongs here: the ways to write a licence: a register's id, a title in es/en/fr/pt, an address with or without
version and language, the elements of Creative Commons. Does not belong here: the licences themselves
(`licence_table`), or whether a dataset without one loses points (`measurement`).

Only a text that is understood whole is matched: "CC BY, for schools only" is no licence that is known, and what is
unknown is never open.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from pipelines.portals.licence_table import TABLE, Licence

MAX_TEXT = 500

# Registers whose addresses end in the licence's id.
_REGISTERS = re.compile(
    r"^(?:licenses\.)?opendefinition\.org/(?:licenses/)?|^spdx\.org/licenses/|^dcat-ap\.de/def/licenses/"
    r"|^publications\.europa\.eu/resource/authority/licence/|^resources\.data\.gov/vocab/license/(?:[^/]+/)?"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"'()]+", re.IGNORECASE)
_VERSION = re.compile(r"(?<![a-z0-9])v? ?([1-4])[ .]?([0-9])(?: 0)?(?![0-9])|(?<= )v ?([1-4])(?![0-9])")
_LICENCE = re.compile("licen[sc]es?|licencas?|licencias?")
_FILLER = re.compile(
    "the|of|de|la|le|les|el|los|a|as|o|os|du|des|do|da|version|versao|v|under|bajo|sous|soumis|segun|generic[ao]?|"
    "unported|international|internacional|deed|legalcode"
)
# The elements of Creative Commons licences, each in every wording; the longer first.
_ELEMENTS = (
    (
        "NC",
        r"pas d utilisations? commerciales?|(?:non|no|nao|uso nao|uso no) ?co?mm?erciale?|noncommercial|cc nc|nc",
    ),
    (
        "ND",
        r"(?:no|sin|sem|pas de) ?(?:derivative works|derivatives|derivados|derivadas|derivs|obras? derivadas?|"
        r"obras? derivados?|derivacoes|derivacao|modification)|nd",
    ),
    (
        "SA",
        r"share ?alike|compartir ?igual|compartilha ?igual|compartilhamento pela mesma licenca|"
        r"partage (?:dans les|des|a l) (?:memes conditions|conditions initiales a l identique|identique)|sa",
    ),
    ("BY", r"attribution|atribucion|atribuicao|reconocimiento|paternite|by"),
    ("ZERO", r"universal public domain dedication|public domain dedication|universal|zero"),
)
_CC = re.compile(r"(?<![a-z0-9])(?:creative commons?|cc)(?![a-z])")
# Countries whose law a licence was adapted to ("ported"): one of them leaves it what it is.
_PORTS = re.compile(
    "mx|mexico|us|usa|es|espana|spain|fr|france|br|brasil|brazil|cl|chile|ar|argentina|co|colombia|pe|peru|uk|ca|igo|"
    "au|de|nl|it|pt"
)
_CC_VERSIONS = frozenset(("1.0", "2.0", "2.1", "2.5", "3.0", "4.0"))
_CC_TITLES = {"BY": "Attribution", "NC": "NonCommercial", "ND": "NoDerivatives", "SA": "ShareAlike"}


def match(text: str | None) -> Licence | None:
    """The licence that `text` names: an address, a register's id, a title, or a title and an address.

    None when it names none that is known, says more than a name, or names two.
    """
    if not text or len(text) > MAX_TEXT:
        return None
    addresses = _ADDRESS.findall(text)
    rest = _ADDRESS.sub(" ", text)
    by_address = {it.id: it for found in addresses if (it := _of_address(found))}
    if addresses:
        named = _of_name(rest)
        if len(by_address) != 1 or (named is not None and not _same(named, *by_address.values())):
            return None
        understood = named is not None or _plain(rest)[0] in ("", "licence")
        return next(iter(by_address.values())) if understood else None
    return _of_name(rest)


def _same(one: Licence, other: Licence) -> bool:
    """Whether two names are of one licence; one of them may leave the version out."""
    return one.id.startswith(other.id) or other.id.startswith(one.id) or one.url == other.url


def _of_address(text: str) -> Licence | None:
    try:
        parts = urlsplit(text.strip().rstrip(".,;"))
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    path = re.sub(r"\.(?:html?|php|json|rdf|txt|[a-z]{2})$", "", unquote(parts.path).lower().rstrip("/"))
    if host == "creativecommons.org":
        found = re.match(r"/(?:licenses|publicdomain)/([a-z+-]+)(?:/([0-9.]+))?(?:/[a-z]{2,3})?(?:/|$)", path)
        if found and found[1] not in ("mark", "publicdomain"):
            return _creative_commons(f"cc {found[1].replace('-', ' ')}", found[2] or "")
    key = f"{host}{path}"
    if register := _REGISTERS.match(key):
        known = _of_name(key[register.end() :].replace("/", " "))
        if known is not None:
            return known
    at = [(len(it), row.licence) for row in TABLE for it in row.addresses if _begins(key, it)]
    return max(at, key=lambda it: it[0])[1] if at else None


def _begins(key: str, address: str) -> bool:
    """Whether `key` is `address` or goes on behind it at a border."""
    return key.startswith(address) and not key[len(address) : len(address) + 1].isalnum()


def _of_name(text: str) -> Licence | None:
    for wording in dict.fromkeys((text, re.sub(r"\([^()]*\)", " ", text))):  # "Open Database License (ODbL)"
        plain, version = _plain(wording)
        bare = " ".join(it for it in plain.split() if it != "licence")
        if not bare:
            continue
        if _CC.search(bare) and (found := _creative_commons(bare, version)):
            return found
        rows = [it for it in TABLE if {plain, bare} & it.names and version in ("", it.version)]
        # Without a version the one that has none speaks for all of them, if there is one.
        rows = [it for it in rows if it.version == version] or (rows if len(rows) == 1 else [])
        if rows:
            return rows[0].licence
    return None


def _plain(text: str) -> tuple[str, str]:
    """The words that say which licence it is, without accents and signs, and the version, "" when none is told.

    The word licence, whatever its language, is "licence".
    """
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    folded = " " + re.sub(r"[^a-z0-9]+", " ", folded)
    version = ""
    if found := _VERSION.search(folded):
        version = f"{found[1]}.{found[2]}" if found[1] else f"{found[3]}.0"
        folded = folded[: found.start()] + " " + folded[found.end() :]
    words = (
        "licence" if _LICENCE.fullmatch(it) else it for it in folded.split() if not _FILLER.fullmatch(it)
    )
    return " ".join(words), version


def _creative_commons(plain: str, version: str) -> Licence | None:
    """The licence of these elements; None when a word is left over, or there is no such licence."""
    rest = re.sub(r"(?<![a-z0-9])cc0(?![a-z0-9])", "cc zero", plain)
    rest = re.sub(r"(?<![a-z0-9])cc(?=zero|(?:by|nc|nd|sa)+(?![a-z0-9]))", "cc ", rest)
    rest = re.sub(
        r"(?<![a-z0-9])(?:by|nc|nd|sa){2,}(?![a-z0-9])", lambda it: " ".join(re.findall("..", it[0])), rest
    )
    rest = _CC.sub(" ", rest)
    elements = set()
    for element, wording in _ELEMENTS:
        rest, count = re.subn(rf"(?<![a-z0-9])(?:{wording})(?![a-z0-9])", " ", rest)
        if count:
            elements.add(element)
    left = [it for it in rest.split() if not _PORTS.fullmatch(it)]
    if not elements or left or (version and version not in _CC_VERSIONS):
        return None
    if "ZERO" in elements:
        if elements != {"ZERO"} or version not in ("", "1.0"):
            return None
        return Licence(
            "CC0-1.0", "Creative Commons CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", True
        )
    if {"ND", "SA"} <= elements:
        return None
    closed = bool(elements & {"NC", "ND"})
    if "BY" not in elements and not closed:
        return None
    order = [it for it in _CC_TITLES if it in elements]
    name = "-".join(["CC", *order, *([version] if version else [])])
    path = "-".join(order).lower()
    return Licence(
        id=name,
        title=f"Creative Commons {'-'.join(_CC_TITLES[it] for it in order)}{f' {version}' if version else ''}",
        url=f"https://creativecommons.org/licenses/{path}/{version}/"
        if version
        else "https://creativecommons.org/licenses/",
        open=not closed,
    )
