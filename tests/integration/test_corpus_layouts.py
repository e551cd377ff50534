"""Every published file of a kind of the guide: a layout fits, or it is told as unknown and one is proposed.

Belongs here: that no file crashes either way, and the shares. Run with -s to see them, and the files of no layout.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli.layout import best_of
from pipelines.errors import ConfigurationError, ReadFault
from pipelines.settings import Settings
from pipelines.tables.layouts import choose, load_layouts
from pipelines.tables.proposing.write import layout_name, text
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from pipelines.validation.suites import load_suites
from tests.layouts_left_out import EXPECTATIONS, Known, known

# Files of the corpus that are published data, but of no kind that the guide speaks of.
NO_GUIDE_TYPE = {
    *("dirty_corpus", "api_metadata", "api_response", "other_statistics", "lfs_pointer"),
    *("html_instead_of_data", "data_dictionary", "reference_catalogue"),
}
LAID, PROPOSED, NOTHING, UNREADABLE = "laid", "unknown, proposed", "unknown, nothing proposed", "no table"


@dataclass(frozen=True)
class Found:
    """What came of one file, and which layouts fit, or what it may be."""

    outcome: str
    what: str


def _found(path: Path, given: Known, minimum: dict[str, int]) -> Found:
    hint = Hint(path.name, "0" * 64, format=path.suffix.lstrip(".").lower(), file_name=path.name)
    try:
        with opened(path, hint) as content:
            fits = [
                (len(fit.roles) / len(fit.layout.columns), len(fit.roles), fit.layout.name)
                for table in content.tables
                for dataset, least in minimum.items()
                if (
                    fit := choose(
                        given.layouts, table.report.columns, dataset, table=table.report.table, minimum=least
                    )
                )
            ]
            if fits:
                return Found(LAID, " ".join(sorted({name for *_, name in fits})))
            try:
                table, columns, made = best_of(
                    content, Settings(expectations=EXPECTATIONS), list(given.datasets), ()
                )
            except ConfigurationError as error:
                return Found(NOTHING, error.message)
            name = layout_name(path.name)
            proposed = text(
                made[0],
                columns,
                name=name,
                file=path.name,
                format=table.report.format,
                table=table.report.table,
            )
            assert proposed.startswith("# A proposal")
            return Found(
                PROPOSED, f"{made[0].dataset.key}, {len(made[0].sure)} sure of {len(columns)} columns"
            )
    except ReadFault as fault:
        return Found(UNREADABLE, str(fault))


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_every_published_file_is_laid_out_or_proposed_for(
    corpus: Path, manifest: list[dict[str, str]]
) -> None:
    given = known()
    minimum = {suite.guide_dataset: suite.minimum_roles for suite in load_suites(EXPECTATIONS).values()}
    assert given.layouts == load_layouts(EXPECTATIONS)
    shares: dict[str, Counter[str]] = {}
    seen: Counter[str] = Counter()
    for row in manifest:
        if row["path"].startswith("real/") and row["guide_type"] not in NO_GUIDE_TYPE:
            found = _found(corpus / row["path"], given, minimum)
            shares.setdefault(row["guide_type"], Counter())[found.outcome] += 1
            seen.update(found.what.split() if found.outcome == LAID else ())
            if found.outcome != LAID:
                print(f"{row['path']}: {found.outcome}: {found.what}")
    total = sum(shares.values(), Counter())
    for kind, counted in {**shares, "all": total}.items():
        told = ", ".join(f"{outcome} {count}" for outcome, count in counted.most_common())
        print(f"{kind}: {told} ({counted[LAID] / counted.total():.0%} laid)")
    # The two empty files of Paraguay, and nothing else, are no tables.
    assert shares["contracts_procurement"][UNREADABLE] == 2
    assert seen["ocds_contracts"] >= 80
    # Nothing in a table that a person could take over is left without a word.
    assert total[NOTHING] <= 0.1 * total.total()
