"""Which links of a file are followed: those of cells that hold one address, as by lot."""

from __future__ import annotations

import hashlib

import pytest

from pipelines.tables import published_links
from pipelines.tables.published_links import may_be_followed, sample
from pipelines.tables.table import Table
from tests.unit.tables.conftest import Reading


def addresses(
    reading: Reading, lines: list[str], columns: dict[str, str], most: int = 10
) -> dict[str, list[str]]:
    table = reading("\n".join(lines).encode(), "a.csv").tables[0]
    return {role: [url for _, url in found] for role, found in sample(table, columns, most).items()}


def test_only_cells_that_are_an_address_are_followed(reading: Reading) -> None:
    cells = [
        "https://datos.example/1.pdf",
        "  HTTP://datos.example/2.pdf ",
        "ver https://datos.example/3.pdf",
        "https://datos.example/4.pdf https://datos.example/5.pdf",
        "ftp://datos.example/6.pdf",
        "javascript:alert(1)",
        "https://usuario:secreto@datos.example/7.pdf",
        "https://datos.example/?correo=maria.ejemplo@dependencia.example",
        "https://datos.example/" + "a" * 2_000,
        "",
        "N/A",
        "https://datos.example/1.pdf",
    ]
    lines = ["id,liga", *(f'{number},"{cell}"' for number, cell in enumerate(cells))]
    assert addresses(reading, lines, {"document_url": "liga"}) == {
        "document_url": ["https://datos.example/1.pdf", "HTTP://datos.example/2.pdf"]
    }


def test_a_large_file_is_sampled_all_over_and_keeps_its_sample_when_it_grows(reading: Reading) -> None:
    lines = ["id,liga", *(f"{number},https://datos.example/{number}.pdf" for number in range(30_000))]
    found = [int(url[22:-4]) for url in addresses(reading, lines, {"r": "liga"})["r"]]
    assert len(found) == 10
    assert found == sorted(found)
    assert found[0] < 15_000 < found[-1]
    grown = [*lines, *(f"{number},https://datos.example/{number}.pdf" for number in range(30_000, 31_000))]
    again = [int(url[22:-4]) for url in addresses(reading, grown, {"r": "liga"})["r"]]
    assert len(set(found) & set(again)) >= 8
    # Nor does it matter where a row stands, or that a link stands twice.
    mixed = [lines[0], *reversed(lines[1:]), *lines[1:]]
    assert set(addresses(reading, mixed, {"r": "liga"})["r"]) == {
        f"https://datos.example/{number}.pdf" for number in found
    }


def test_links_of_a_small_part_of_a_large_file_are_found(reading: Reading) -> None:
    links = [f"{number},https://datos.example/{number}.pdf" for number in range(900)]
    lines = ["id,liga", *(f"{number}," for number in range(29_000)), *links]
    assert len(addresses(reading, lines, {"r": "liga"})["r"]) == 10


def test_in_a_table_of_few_rows_no_address_hides_another(reading: Reading) -> None:
    urls = [f"https://datos.example/{number}.pdf" for number in range(2_000)]
    by_ending: dict[str, list[str]] = {}
    for url in urls:
        by_ending.setdefault(hashlib.md5(url.encode(), usedforsecurity=False).hexdigest()[-3:], []).append(
            url
        )
    alike = max(by_ending.values(), key=len)
    assert len(alike) > 1
    lines = ["id,liga", *(f"{number},{url}" for number, url in enumerate(alike))]
    assert addresses(reading, lines, {"r": "liga"})["r"] == alike


def test_the_same_bytes_have_the_same_sample(reading: Reading) -> None:
    lines = ["id,liga", *(f"{number},https://datos.example/{number % 77}.pdf" for number in range(5_000))]
    assert addresses(reading, lines, {"r": "liga"}) == addresses(reading, lines, {"r": "liga"})


def test_roles_share_what_a_table_may_ask(reading: Reading) -> None:
    header = "id," + ",".join(f"c{number}" for number in range(12))
    row = ",".join(f"https://datos.example/{number}/%d.pdf" for number in range(12))
    lines = [header, *(f"{at}," + row.replace("%d", str(at)) for at in range(40))]
    few = addresses(reading, lines, {f"r{number}": f"c{number}" for number in range(4)})
    assert [len(found) for found in few.values()] == [3, 3, 2, 2]
    many = addresses(reading, lines, {f"r{number}": f"c{number}" for number in range(12)})
    assert sum(len(found) for found in many.values()) == published_links.MOST


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://datos.example/a", True),
        ("https://medium.example/@oficina", True),
        ("https://datos.example/año", True),
        ("https://datos.example:99999/", False),
        ("https://datos.example/\u202egnp.exe", False),
        ("https://[::1/", False),
        ("https:///a", False),
    ],
)
def test_what_may_be_followed(address: str, fine: bool) -> None:
    assert may_be_followed(address) is fine


def test_addresses_of_a_table_in_memory_are_those_that_a_query_finds(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = ("a", "a", "b", "b c", "\u00a0", "@b.mx", "\u017f", "<", '""', "a" * 1_985, "a" * 1_986)
    spaces = ("", " ", "\u00a0", "\u3000 ", "\u200b", "\t")
    begins = ("http://x.mx/", "HTTPS://x.mx/", "http:/", "https\u017f://x.mx/", "ftp://x.mx/", "")
    cells = [f"{it}{begin}{end}{it}" for end in ends for it in spaces for begin in begins]
    lines = ["id,liga", *(f'{number},"{cell}"' for number, cell in enumerate(cells))]
    kept = addresses(reading, lines, {"r": "liga"}, most=1_000)
    assert len(kept["r"]) > 8
    monkeypatch.setattr(Table, "cells", lambda _: None)
    assert addresses(reading, lines, {"r": "liga"}, most=1_000) == kept
