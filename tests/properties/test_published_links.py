"""The sample of links: bounded, of the web alone, the same for the same rows, and spread from the first to the last."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from pipelines.tables.published_links import LONGEST, may_be_followed, spread

SCHEMES = st.sampled_from(["http", "https", "HTTP", "ftp", "file", "javascript", "mailto", "data", ""])
ADDRESSES = st.one_of(
    st.text(max_size=40),
    st.builds(
        "{}://{}/{}".format,
        SCHEMES,
        st.sampled_from(["datos.example", "user:secreto@datos.example", "[::1", "", "10.0.0.1:99999999"]),
        st.text(max_size=20),
    ),
    st.builds("https://datos.example/{}.pdf".format, st.integers(0, 30)),
)
CELLS = st.lists(st.tuples(st.integers(1, 10_000_000), ADDRESSES), max_size=60, unique_by=lambda it: it[0])


@given(CELLS, st.integers(0, 12), st.randoms(use_true_random=False))
def test_a_sample_is_bounded_deterministic_and_of_the_web(
    cells: list[tuple[int, str]], most: int, dice
) -> None:  # type: ignore[no-untyped-def]
    found = spread(cells, most)
    assert len(found) <= most
    assert set(found) <= set(cells)
    assert found == sorted(found)
    assert len({address for _, address in found}) == len(found)
    for _, address in found:
        parts = urlsplit(address)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert "@" not in parts.netloc
        assert len(address) <= LONGEST
    shuffled = list(cells)
    dice.shuffle(shuffled)
    assert spread(shuffled, most) == found


@given(CELLS, st.integers(2, 12))
def test_a_sample_reaches_from_the_first_to_the_last(cells: list[tuple[int, str]], most: int) -> None:
    distinct: dict[str, int] = {}
    for row, address in sorted(cells):
        if may_be_followed(address):
            distinct.setdefault(address, row)
    rows = sorted(distinct.values())
    found = [row for row, _ in spread(cells, most)]
    assert len(found) == min(most, len(rows))
    if rows:
        assert (found[0], found[-1]) == (rows[0], rows[-1])
    if len(rows) > most:
        places = [rows.index(row) for row in found]
        gaps = [after - before for before, after in pairwise(places)]
        assert max(gaps) - min(gaps) <= 1
