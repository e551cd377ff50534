"""How well a layout is proposed for files whose layout is known, that layout and its columns' names left out.

    VEEDOR_CORPUS=... python -m tests.layouts_left_out [-v]

Belongs here: the measurement; `tests/contract/test_proposals.py` holds it to a floor. A mapping counts as right when
the layout that somebody wrote maps the same column to the same role; a role that it leaves out is no right one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.cli.layout import known_datasets
from pipelines.settings import Settings
from pipelines.tables.layouts import Fit, Layout, choose, fold
from pipelines.tables.profile import Profile, profiles
from pipelines.tables.proposing.propose import KnownDataset, Proposal, proposals
from pipelines.tables.proposing.words import RoleWords, load_role_words
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.conftest import ROOT, corpus_folder

EXPECTATIONS = ROOT / "expectations"


@dataclass(frozen=True)
class Measured:
    """One file: the mappings proposed as sure for its dataset, against those of its layout.

    `rank` is the place, from 1, at which its guide dataset stands among those that the file may be.
    """

    layout: str
    file: str
    rank: int
    true: dict[str, str]
    proposal: Proposal

    @property
    def sure(self) -> dict[str, str]:
        """The proposed columns by role."""
        return {item.role: item.column for item in self.proposal.sure}

    @property
    def right(self) -> int:
        """How many sure mappings are those of the layout."""
        return len(self.sure.items() & self.true.items())


@dataclass(frozen=True)
class Known:
    """What may be proposed, and from which words."""

    datasets: Sequence[KnownDataset]
    layouts: Sequence[Layout]
    words: RoleWords


def known() -> Known:
    """The suites, layouts and words of this repository."""
    datasets, layouts = known_datasets(Settings(expectations=EXPECTATIONS), None)
    return Known(datasets, layouts, load_role_words(EXPECTATIONS))


def measured(name: str, path: Path, given: Known) -> Measured:
    """Propose a layout for the file at `path` as if its layout `name` were not there."""
    layout = next(item for item in given.layouts if item.name == name)
    fit, columns = _fitted(layout, path)
    found = proposals(columns, given.datasets, given.words, without(layout, given.layouts))
    forced = next(item for item in found if item.dataset.key == layout.guide_dataset)
    return Measured(name, path.name, found.index(forced) + 1, dict(fit.roles), forced)


def without(layout: Layout, layouts: Iterable[Layout]) -> list[Layout]:
    """The other layouts, without the names of columns that this one has."""
    gone = {fold(column) for columns in layout.columns.values() for column in columns}
    return [
        replace(
            other,
            columns={
                role: tuple(name for name in names if fold(name) not in gone)
                for role, names in other.columns.items()
            },
        )
        for other in layouts
        if other.name != layout.name
    ]


def published(corpus: Path, given: Known) -> list[Measured]:
    """Every published file whose layout is known and is of a dataset that has a suite."""
    from tests.contract.test_layouts import PUBLISHED

    suites = {item.key for item in given.datasets}
    judged = {item.name for item in given.layouts if item.guide_dataset in suites}
    return [measured(name, corpus / file, given) for name, file in PUBLISHED if name in judged]


def precision_and_recall(files: Sequence[Measured]) -> tuple[float, float]:
    """Over all columns of all files: how much of what is proposed is right, and how much of what is true proposed."""
    right = sum(item.right for item in files)
    return right / max(sum(len(item.sure) for item in files), 1), right / max(
        sum(len(item.true) for item in files), 1
    )


def among_first(files: Sequence[Measured], count: int) -> float:
    """The share of files whose dataset is among the `count` likeliest."""
    return sum(item.rank <= count for item in files) / max(len(files), 1)


def _fitted(layout: Layout, path: Path) -> tuple[Fit, dict[str, Profile]]:
    hint = Hint(path.name, "0" * 64, format=path.suffix.lstrip(".").lower(), file_name=path.name)
    with opened(path, hint) as content:
        fits = [
            (len(fit.roles), -place, fit, table)
            for place, table in enumerate(content.tables)
            if (fit := choose([layout], table.report.columns, layout.guide_dataset, table=table.report.table))
        ]
        *_, fit, table = max(fits, key=lambda each: each[:2])
        return fit, profiles(table)


def told(files: Sequence[Measured], *, every: bool = False) -> list[str]:
    """The figures, file by file and over all; with `every` also each mapping that is not right."""
    lines = []
    for item in files:
        dataset = "" if item.rank == 1 else f"  (its dataset is likeliest but {item.rank - 1})"
        lines.append(
            f"{item.layout:34} {item.right:3} right of {len(item.sure):3} sure, {len(item.true):3} true{dataset}"
        )
        if every:
            lines += [
                f"    {role} <- {column}, not {item.true.get(role)}"
                for role, column in item.sure.items()
                if item.true.get(role) != column
            ]
            lines += [
                f"    {role} <- {column} missed"
                for role, column in item.true.items()
                if role not in item.sure
            ]
    precision, recall = precision_and_recall(files)
    chosen, named = among_first(files, 1), among_first(files, 2)
    lines.append(f"precision {precision:.3f}, recall {recall:.3f}, of {len(files)} files")
    lines.append(
        f"the dataset is the likeliest for {chosen:.3f} of the files, one of the two likeliest for {named:.3f}"
    )
    return lines


def main() -> None:
    """Print the figures for every published file whose layout is known."""
    corpus = corpus_folder()
    if corpus is None:
        sys.exit("Set VEEDOR_CORPUS to the corpus of published files.")
    print("\n".join(told(published(corpus, known()), every="-v" in sys.argv)))


if __name__ == "__main__":
    main()
