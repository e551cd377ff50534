"""A dcat:Dataset in a graph as our `Dataset` (DCAT 2 and 3, DCAT-AP, GeoDCAT-AP).

Belongs here: which property means what, and the several ways in which publishers write each of them: an address, a
text, or a node with a label. Does not belong here: reading RDF (`rdf`), pages and the portal (`dcat`).

A graph has no order: wherever one of several has to be taken, it is the first by language (the owner's, es, en,
none), then by text, so that two nights give the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from pipelines.http_client.addresses import printable
from pipelines.model import ContactPoint, Dataset, Distribution, Publisher
from pipelines.portals import files as file_rules
from pipelines.portals import licences, periodicity, values
from pipelines.portals.contacts import first_address, first_page
from pipelines.portals.direct import declared
from pipelines.sources import Source, SourceDataset

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

NAME = 1000

_DCAT = "http://www.w3.org/ns/dcat#"
_DCT = "http://purl.org/dc/terms/"
_FOAF = "http://xmlns.com/foaf/0.1/"
_GEO = "http://data.europa.eu/930/"
_PROV = "http://www.w3.org/ns/prov#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SCHEMA = "http://schema.org/"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_TIME = "http://www.w3.org/2006/time#"
_VCARD = "http://www.w3.org/2006/vcard/ns#"

TYPE = f"{_RDF}type"
_LABELS = (
    f"{_RDFS}label",
    f"{_SKOS}prefLabel",
    f"{_DCT}title",
    f"{_FOAF}name",
    f"{_VCARD}fn",
    f"{_VCARD}organization-name",
    f"{_VCARD}organisation-name",
    f"{_SCHEMA}name",
    f"{_RDF}value",
    f"{_DCT}description",
    f"{_SKOS}notation",
)
_MAIL = (f"{_VCARD}hasEmail", f"{_VCARD}email", f"{_FOAF}mbox", f"{_SCHEMA}email")
_PAGES = (f"{_VCARD}hasURL", f"{_VCARD}url")
_MAIL_VALUE = (f"{_VCARD}hasValue", f"{_VCARD}value", f"{_RDF}value")
# Who answers for a dataset, the contact point itself first. Roles after GeoDCAT-AP 3.
_CONTACTS = (
    f"{_DCAT}contactPoint",
    "http://www.w3.org/ns/adms#contactPoint",
    *(
        f"{_GEO}{role}"
        for role in ("pointOfContact", "custodian", "distributor", "resourceProvider", "owner")
    ),
    f"{_DCT}publisher",
    f"{_DCT}creator",
)
_DESCRIBED_BY = "http://www.w3.org/2007/05/powder-s#describedby"
_FORMAT_TERMS = ("/resource/authority/file-type/", "iana.org/assignments/media-types/")
_UNITS = (("years", "Y"), ("months", "M"), ("weeks", "W"), ("days", "D"))


@dataclass(frozen=True)
class Entry:
    """One dataset of a catalog. `names` are its node's address and its identifiers; the first is its own."""

    graph: Graph
    node: Node
    names: tuple[str, ...]


def entries(graph: Graph) -> list[Entry]:
    """The datasets that `graph` describes, series among them; one that is only mentioned is not described."""
    from rdflib import URIRef

    found = {
        node
        for kind in ("Dataset", "DatasetSeries")
        for node in graph.subjects(URIRef(TYPE), URIRef(f"{_DCAT}{kind}"))
    }
    listed = graph.objects(None, URIRef(f"{_DCAT}dataset"))
    found |= {it for it in listed if (it, URIRef(f"{_DCT}title"), None) in graph}
    return sorted((_entry(graph, node) for node in found), key=lambda it: it.names)


def _entry(graph: Graph, node: Node) -> Entry:
    from rdflib import BNode

    identifiers = [printable(it, NAME) for it in _values(graph, node, f"{_DCT}identifier")]
    titles = [printable(it, NAME) for it in _values(graph, node, f"{_DCT}title")]
    own = [] if isinstance(node, BNode) else [printable(str(node), NAME)]
    names = (
        [it for it in (*own, *sorted(identifiers)) if it]
        or sorted(titles)[:1]
        or [printable(str(node), NAME)]
    )
    return Entry(graph, node, tuple(dict.fromkeys(names)))


def dataset(source: Source, item: SourceDataset, entry: Entry, base: str) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out.

    A series is all of its members' files, for a dataset that is published as a series is one dataset to its reader.
    """
    own = declared(source, item)
    it = _Reader(entry.graph, own.language)
    node = entry.node
    members = sorted(it.graph.subjects(it.ref(f"{_DCAT}inSeries"), node), key=str)
    files = [file for whole in (node, *members) for file in it.nodes(whole, f"{_DCAT}distribution")]
    licensed = [text for of in (node, *files) for text in it.licences(of)]
    license_ = min(licensed, key=_strictness, default=None)
    periodic = own.accrual_periodicity or it.periodicity(node)
    page = it.first(node, f"{_DCAT}landingPage", f"{_FOAF}homepage")
    offered = [(bool(it.first(file, f"{_DCAT}downloadURL")), _distribution(it, file, base)) for file in files]
    direct = [file for downloads, file in offered if downloads]
    others = [file for downloads, file in offered if not downloads]
    return replace(
        own,
        title=values.plain(it.first(node, f"{_DCT}title", *_LABELS), values.TITLE) or own.title,
        description=values.plain(it.first(node, f"{_DCT}description", f"{_DCT}abstract"), values.TEXT)
        or own.description,
        publisher=Publisher(it.publisher(node) or own.publisher.name, own.publisher.country),
        contact_point=ContactPoint(
            own.contact_point.name,
            own.contact_point.email or first_address(it.addresses(node)),
            first_page(it.contact_pages(node)),
        ),
        license=license_ or own.license,
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        issued=values.instant(it.first(node, f"{_DCT}issued", f"{_DCT}created")),
        modified=values.instant(it.last(node, f"{_DCT}modified", f"{_DCT}updated")),
        landing_page=values.web_page(page),
        keywords=values.texts(it.all(node, f"{_DCAT}keyword"), 100, values.MAX_KEYWORDS),
        distributions=file_rules.distributions(item, own.key, direct or others, others if direct else ()),
        data_dictionary=it.dictionary(node, files),
        themes=tuple(printable(text, 200) for text in it.all(node, f"{_DCAT}theme")[: values.MAX_KEYWORDS]),
        spatial=it.told(node, f"{_DCT}spatial"),
        temporal=it.told(node, f"{_DCT}temporal"),
        access_rights=it.told(node, f"{_DCT}accessRights"),
        rights=next((text for of in (node, *files) if (text := it.told(of, f"{_DCT}rights"))), None),
    )


def _strictness(license_: str) -> int:
    """Closed, open, unknown: where a dataset and its files say several things, the strictest holds for all of it."""
    known = licences.match(license_)
    return 2 if known is None or known.open is None else int(known.open)


def _distribution(it: _Reader, node: Node, base: str) -> Distribution:
    address = it.first(node, f"{_DCAT}downloadURL") or it.first(node, f"{_DCAT}accessURL")
    media = it.term(node, f"{_DCAT}mediaType")
    names = sorted(it.all(node, f"{_DCT}identifier"))
    return Distribution(
        key="",
        title=values.plain(it.first(node, f"{_DCT}title", f"{_DCT}description"), values.TITLE),
        download_url=values.address(address, urljoin(base, ".").rstrip("/")),
        format=file_rules.format_of(it.term(node, f"{_DCT}format"), media),
        media_type=media.lower() if "/" in media else None,
        byte_size=_size(it.first(node, f"{_DCAT}byteSize")),
        issued=values.instant(it.first(node, f"{_DCT}issued")),
        modified=values.instant(it.last(node, f"{_DCT}modified")),
        portal_id=printable(names[0] if names else it.iri(node), NAME) or None,
    )


def _size(text: str) -> int | None:
    """xsd:decimal was the range of dcat:byteSize until DCAT 3: 43008.0 is a whole number too."""
    whole, _, rest = text.partition(".")
    return values.size(whole) if not rest.strip("0") else None


def _values(graph: Graph, node: Node, *properties: str) -> Iterator[str]:
    from rdflib import URIRef

    for name in properties:
        yield from (str(it) for it in graph.objects(node, URIRef(name)))


class _Reader:
    """Properties of nodes of one graph, in an order that does not change."""

    def __init__(self, graph: Graph, language: str) -> None:
        self.graph = graph
        self._languages = list(dict.fromkeys((language, "es", "en", "")))

    def ref(self, name: str) -> Node:
        from rdflib import URIRef

        return URIRef(name)

    def nodes(self, node: Node, *properties: str) -> list[Node]:
        """The values of each property in turn, in order of language, then of text."""
        return [
            it
            for name in properties
            for it in sorted(self.graph.objects(node, self.ref(name)), key=self._rank)
        ]

    def _rank(self, value: Node) -> tuple[int, str, str]:
        language = (getattr(value, "language", None) or "").lower().partition("-")[0]
        known = self._languages.index(language) if language in self._languages else len(self._languages)
        return known, language, str(value)

    def all(self, node: Node, *properties: str) -> list[str]:
        return [str(it).strip() for it in self.nodes(node, *properties) if str(it).strip()]

    def first(self, node: Node, *properties: str) -> str:
        return next(iter(self.all(node, *properties)), "")

    def told(self, node: Node, name: str) -> str | None:
        """What a property says: a text, a label, an address; a node without any of them says what it holds."""
        for value in self.nodes(node, name):
            held = self.graph.predicate_objects(value)
            inner = sorted(text for name, it in held if str(name) != TYPE and (text := str(it).strip()))
            if text := next(iter((*self.labels(value), *inner)), ""):
                return printable(text, values.LINE) or None
        return None

    def last(self, node: Node, *properties: str) -> str:
        """The latest of several dates of one property."""
        return next((max(found) for name in properties if (found := self.all(node, name))), "")

    def iri(self, node: Node) -> str:
        from rdflib import URIRef

        return str(node) if isinstance(node, URIRef) else ""

    def labels(self, node: Node) -> list[str]:
        """What a value says: a text itself, an address and the labels that its node has here."""
        from rdflib import Literal

        if isinstance(node, Literal):
            return [text] if (text := str(node).strip()) else []
        from rdflib import BNode

        texts = [str(it).strip() for it in self.nodes(node, *_LABELS) if isinstance(it, Literal)]
        inner = [self.iri(it) for it in self.nodes(node, f"{_RDFS}seeAlso", f"{_FOAF}page", f"{_DCT}source")]
        return [it for it in ([] if isinstance(node, BNode) else [str(node)]) + texts + inner if it]

    def licences(self, node: Node) -> list[str]:
        """Every way in which a dataset or distribution says under which terms it may be used, cleaned."""
        said = self.nodes(node, f"{_DCT}license", f"{_DCT}rights", f"{_SCHEMA}license")
        return [text for it in said for label in self.labels(it) if (text := values.license_of(label))]

    def publisher(self, node: Node) -> str:
        for agent in self.nodes(node, f"{_DCT}publisher", f"{_DCT}creator"):
            named = [it for it in self.labels(agent) if it != self.iri(agent)]
            if named:
                return values.plain(named[0], values.LINE)
        return ""

    def addresses(self, node: Node) -> Iterator[str]:
        """What stands where a mail address should, of whoever answers for the dataset, the nearest first."""
        for contact in (*self.nodes(node, *_CONTACTS), *self._attributed(node)):
            yield from (it for it in self.labels(contact) if "@" in it and "://" not in it)
            for mail in self.nodes(contact, *_MAIL):
                yield _mail(str(mail))
                yield from (_mail(str(it)) for it in self.nodes(mail, *_MAIL_VALUE))

    def contact_pages(self, node: Node) -> Iterator[str]:
        """The pages of the contact points (vcard:hasURL), and what stands where a mail address should."""
        for contact in self.nodes(node, *_CONTACTS[:2]):
            for page in self.nodes(contact, *_PAGES):
                yield str(page)
                yield from (str(it) for it in self.nodes(page, *_MAIL_VALUE))
            yield from (str(mail) for mail in self.nodes(contact, *_MAIL))

    def _attributed(self, node: Node) -> list[Node]:
        found = self.nodes(node, f"{_PROV}qualifiedAttribution")
        return [agent for it in found for agent in self.nodes(it, f"{_PROV}agent")]

    def periodicity(self, node: Node) -> str | None:
        """The accrual periodicity as it is written; the first wording that means a number of days, if any does."""
        said = [text for it in self.nodes(node, f"{_DCT}accrualPeriodicity") for text in self._periods(it)]
        cleaned = [text for it in said if (text := printable(it, values.LINE))]
        return next((it for it in cleaned if periodicity.days(it)), next(iter(cleaned), None))

    def _periods(self, node: Node) -> Iterator[str]:
        yield from self.labels(node)
        for described in (node, *self.nodes(node, f"{_RDF}value")):
            parts = [(self.first(described, f"{_TIME}{unit}"), letter) for unit, letter in _UNITS]
            text = "".join(f"{number}{letter}" for number, letter in parts if number)
            if text:  # OWL-Time's duration, as datos.gob.es writes it
                yield f"P{text}"

    def term(self, node: Node, name: str) -> str:
        """A format or media type: a text, a label, or the last words of an address in a known vocabulary."""
        for it in self.nodes(node, name):
            for text in self.labels(it):
                known = next((at for at in _FORMAT_TERMS if at in text), None)
                if known:
                    return printable(text.partition(known)[2].rpartition("#")[2], 100)
                if "://" not in text:
                    return printable(text, 100)
        return ""

    def dictionary(self, node: Node, files: Iterable[Node]) -> str | None:
        """The address of the description of the columns: of the dataset, or the schema that a file conforms to.

        What a dataset itself conforms to is mostly a profile of DCAT or a reference system, and describes no column.
        """
        said = [
            self.all(node, _DESCRIBED_BY),
            *(self.all(it, _DESCRIBED_BY, f"{_DCT}conformsTo") for it in files),
        ]
        pages = (page for texts in said for text in texts if (page := values.web_page(text)))
        return next((it for it in pages if "/def/crs/" not in it), None)


def _mail(text: str) -> str:
    """An address without `mailto:` is a relative one in RDF: the last step of its path is what was meant."""
    if "://" not in text:
        return text
    last = unquote(text.partition("?")[0].rpartition("/")[2])
    return last if "@" in last else ""
