"""`veedor diff`: which rows were added, removed and amended between two versions of a distribution, or two files.

Belongs here: the command, and the order in which things are asked. Does not belong here: which versions are meant
(`diff_versions`), what is shown (`diff_show`), or the comparison itself (`row_changes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import AsJson, err
from pipelines.cli.read import Member, RecordPath, Sheet, part
from pipelines.errors import ConfigurationError
from pipelines.model import ColumnChange, RowChange, RowsCompared
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.cli.diff_versions import Side
    from pipelines.row_changes.compare import OpenComparison
    from pipelines.row_changes.version import Version

SUFFIXES = (".xlsx", ".csv", ".parquet")


@dataclass(frozen=True)
class Difference:
    """Two versions, what became of their columns, and what came of comparing their rows."""

    sides: tuple[Side, Side]
    counts: RowChange
    columns: tuple[ColumnChange, ...]
    versions: tuple[Version, Version]
    found: OpenComparison


def diff(
    distribution: Annotated[
        str,
        typer.Argument(
            help="Key of the distribution: source/dataset/distribution. With --files: the older file.",
        ),
    ],
    a: Annotated[
        str | None,
        typer.Argument(
            help="The older version: a night (2026-01-31), the first digits of a SHA-256, or previous. "
            "With --files: the newer file.",
        ),
    ] = None,
    b: Annotated[
        str | None,
        typer.Argument(help="The newer version, named in the same way. Left out: latest."),
    ] = None,
    files: Annotated[
        bool, typer.Option("--files", help="Compare two files of this machine instead: no store is needed.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(
            help="Columns that tell rows apart, with commas between. Left out: the layout's or suite's."
        ),
    ] = None,
    guide: Annotated[
        str | None, typer.Option(help="With --files: the guide's dataset, e.g. contracts_register.")
    ] = None,
    layout: Annotated[str | None, typer.Option(help="With --files: the layout of both files.")] = None,
    member: Member = None,
    sheet: Sheet = None,
    record_path: RecordPath = None,
    rows: Annotated[
        Path | None,
        typer.Option("--rows", help="Write every changed row to this file: .xlsx, .csv or .parquet."),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Show so many rows of each kind.")] = 5,
    language: Annotated[str, typer.Option("--language", help="Language of the answer: es or en.")] = "es",
    as_json: AsJson = False,
) -> None:
    """Show which rows were added, removed and amended between two versions."""
    from pipelines.cli import diff_show, diff_versions
    from pipelines.row_changes.rows import fetched
    from pipelines.snapshots.store import store_at
    from pipelines.tables import temporary

    settings = Settings.from_env()
    _refuse(language, rows)
    with ExitStack() as stack:
        if files:
            sides = diff_versions.of_files(
                *_files(distribution, a, b, rows), guide, layout, part(member, sheet, record_path), settings
            )
        else:
            _only_with_files(guide=guide, layout=layout, member=member, sheet=sheet, record_path=record_path)
            store = store_at(settings.store, settings.snapshots)
            sides = diff_versions.of_nights(distribution, a, b, settings, store)
            stack.enter_context(store.in_use())
        folder = stack.enter_context(temporary.folder())
        with err.status("comparing ..."):
            made = stack.enter_context(_difference(sides, _names(key), folder, settings))
        with err.status("fetching the rows ..."):
            most = limit if rows is None else None
            cells = fetched(made.found, *made.versions, folder, most=most)
            if rows is not None:
                diff_show.write_rows(made, cells, rows, language)
        diff_show.show(made, cells, limit, language, as_json=as_json, wrote=rows is not None)


@contextmanager
def _difference(
    sides: tuple[Side, Side], key: Sequence[str] | None, folder: Path, settings: Settings
) -> Iterator[Difference]:
    from pipelines.comparing import counted
    from pipelines.row_changes.compare import comparing
    from pipelines.row_changes.pairing import paired
    from pipelines.row_changes.version import columns_between, scanned

    old, new = sides
    before = scanned(old.opening, old.choosing, folder / "before.parquet")
    after = scanned(new.opening, new.choosing, folder / "after.parquet")
    before, after = (
        replace(it, prints=replace(it.prints, personal=it.prints.personal | side.personal(it.prints.columns)))
        for it, side in ((before, old), (after, new))
    )
    columns = columns_between(before, after)
    try:
        pairing = paired(before.prints, after.prints, columns, key)
    except KeyError as error:
        both = [name for name in after.prints.columns if name in before.prints.columns]
        raise ConfigurationError(
            f"--key: not both versions have a column {error.args[0]!r}.",
            f"Both have: {', '.join(both[:30])}.",
        ) from None
    if not pairing.columns:
        raise ConfigurationError(
            "the two versions have no column in common.",
            "Compare versions of the same table; `veedor read FILE` shows the columns of a file.",
        )
    limits = settings
    with comparing(
        before.prints, after.prints, pairing, folder, memory_limit=limits.memory_limit, threads=limits.threads
    ) as found:
        counts = counted(found, after.report, old.sha256)
        if old.sha256 == new.sha256 and not (counts.added or counts.removed or counts.amended):
            counts = replace(counts, compared=RowsCompared.SAME, reason=None)
        yield Difference(sides, counts, columns, (before, after), found)


def _files(old: str, new: str | None, more: str | None, rows: Path | None) -> tuple[Path, Path]:
    if new is None or more is not None:
        raise ConfigurationError("--files needs two files.", "veedor diff --files OLD NEW")
    paths = Path(old), Path(new)
    for path in paths:
        if not path.is_file():
            raise ConfigurationError(f"there is no file {path}.", "Name two files of this machine.")
        if rows is not None and rows.resolve() == path.resolve():
            raise ConfigurationError(f"--rows {rows} is a file to look at.", "Name another file.")
    return paths


def _refuse(language: str, rows: Path | None) -> None:
    if language not in ("es", "en"):
        raise ConfigurationError(f"--language {language!r} is not known.", "Use es or en.")
    if rows is not None and rows.suffix.lower() not in SUFFIXES:
        raise ConfigurationError(
            f"--rows {rows} has no ending that says what to write.",
            f"Let the name end in {' or '.join(SUFFIXES)}.",
        )
    if rows is not None and rows.is_dir():
        raise ConfigurationError(f"--rows {rows} is a folder.", "Name a file in it.")


def _only_with_files(**given: str | None) -> None:
    for name, value in given.items():
        if value is not None:
            raise ConfigurationError(
                f"--{name.replace('_', '-')} goes with --files only.",
                "What a distribution is stands in sources.yaml.",
            )


def _names(key: str | None) -> list[str] | None:
    if key is None:
        return None
    names = [name.strip() for name in key.split(",") if name.strip()]
    if not names:
        raise ConfigurationError("--key names no column.", "Give the names of columns, with commas between.")
    return names
