"""Addresses that a dataset leads to, and whether they answer.

Belongs here: one value for each artifact of visit. *Page visit* is our word; what an address is for is named in the
words of DCAT (landing page, contact point, license) where it has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipelines.model.outcomes import Fault


class PagePurpose(StrEnum):
    """What an address is for. `cell`: it stands in a cell of the data, under a role of type url."""

    LANDING_PAGE = "landing_page"
    CONTACT_PAGE = "contact_page"
    DATA_DICTIONARY = "data_dictionary"
    LICENSE = "license"
    CELL = "cell"


@dataclass(frozen=True)
class PageVisit:
    """One address of a dataset and what came of the last visit to it.

    `answers` is None when nobody knows: it was never asked, a firewall or a limit turned us away, or no answer came and
    that may be our own network. `asked_on` tells when it was asked, which may be an earlier night; None: not yet.
    `silent_nights` counts the nights in a row on which it gave no answer at all while others did.

    Of an address in a cell, `distribution`, `table`, `role` and `row` (as a spreadsheet shows it) tell where it stands,
    and `sha256` names the bytes. `address` is None when the column is personal; then no word of it is kept anywhere.
    """

    dataset: str
    purpose: PagePurpose
    address: str | None
    answers: bool | None = None
    asked_on: datetime | None = None
    http_status: int | None = None
    final_url: str | None = None
    fault: Fault | None = None
    silent_nights: int = 0
    distribution: str | None = None
    table: str | None = None
    role: str | None = None
    row: int | None = None
    sha256: str | None = None
