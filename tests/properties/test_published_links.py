"""The sample of links: bounded, of the web alone, the same for the same rows, and hardly another one for a few more."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from pipelines.tables.published_links import LONGEST, chosen, may_be_followed

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
    found = chosen(cells, most)
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
    assert chosen(shuffled, most) == found


@given(CELLS, CELLS, st.integers(1, 12))
def test_what_a_file_gains_puts_few_out_of_its_sample(
    cells: list[tuple[int, str]], more: list[tuple[int, str]], most: int
) -> None:
    """As many as come in, and whatever else was in it stays; and everything is in while there is room."""
    before = {address for _, address in chosen(cells, most)}
    added = [(row + 10_000_000, address) for row, address in more]
    after = {address for _, address in chosen(cells + added, most)}
    new = {address for _, address in added} - {address for _, address in cells}
    assert before - after == set() or len(before - after) <= len(after & new)
    assert after - before <= new
    followed = {address for _, address in cells if may_be_followed(address)}
    assert len(before) == min(most, len(followed))
