"""One visit to a page or a published link: does it answer anybody who follows it?

Belongs here: asking, and what is kept of the answer. Does not belong here: requests (`http_client`), which addresses
are visited, or what a silent server says of its publisher (`pipelines.visiting`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from pipelines.clock import Clock
from pipelines.errors import FetchFault, PublisherFault
from pipelines.http_client import HttpClient, StatusFault
from pipelines.model import Fault, FaultKind, PageVisit

# A step of a path where people are asked who they are, as portals were seen to name it. The rule is ours.
LOGIN = re.compile(
    r"/(?:log[-_]?[io]n|sign[-_]?in|iniciar[-_]?sesion|inicio[-_]?sesion|sso|saml2?|oauth2?)(?=[/.?]|$)",
    re.IGNORECASE,
)
UNTOLD = "the address stands in a personal column, and nothing of it is told"


def visited(wanted: PageVisit, url: str, http: HttpClient, clock: Clock) -> PageVisit:
    """`wanted` with what came of asking for `url`. Never raises `PublisherFault`: it is in `fault`.

    Of an address that is not kept (`wanted.address` is None) nothing else is kept that could tell it.
    """
    asked = replace(wanted, asked_on=clock.now())
    try:
        told = http.look(url)
        if LOGIN.search(urlsplit(told.final_url).path) and not LOGIN.search(urlsplit(url).path):
            raise FetchFault(
                FaultKind.HTML_INSTEAD,
                "it leads to a page that asks who is there",
                "Let anybody see the page without login, or publish an address that needs none.",
            )
        seen = replace(asked, http_status=told.status, final_url=told.final_url)
    except PublisherFault as caught:
        status = caught.status if isinstance(caught, StatusFault) else None
        seen = replace(asked, http_status=status, fault=caught.fault)
    return seen if seen.address is not None else _without_words(seen)


def _without_words(seen: PageVisit) -> PageVisit:
    fault = seen.fault
    told = fault and Fault(fault.kind, UNTOLD, transient=fault.transient)
    return replace(seen, final_url=None, fault=told)
