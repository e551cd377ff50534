"""What `veedor diff` shows: a summary in plain words, amendments by column, the first rows; and the file of all rows.

Belongs here: the terminal and JSON. Does not belong here: comparing, or the formats of files (`row_changes.write`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli.console import cell, err, out, plain, print_json, table
from pipelines.errors import ConfigurationError
from pipelines.model import RowsCompared, RowsReason
from pipelines.row_changes.rows import KINDS, ChangedRows, Column, Fetched
from pipelines.row_changes.words import WORDS
from pipelines.site.words import rounded
from pipelines.tables.column_changes import told

if TYPE_CHECKING:
    from pipelines.cli.diff import Difference

LONGEST = 80  # characters of a cell
CELLS = 5  # cells of a row that was added or removed
STYLES = {"removed": "red", "amended": "yellow", "added": "green", "unchanged": "dim"}

Row = dict[str, Any]


def show(
    made: Difference, cells: Fetched, limit: int, language: str, *, as_json: bool, wrote: bool = False
) -> None:
    """Show what came of it, with at most `limit` rows of each kind."""
    rows = _rows(cells, limit)
    if as_json:
        print_json(_document(made, rows))
        return
    words = WORDS[language]
    for line in _introduction(made, language):
        out.print(cell(line), soft_wrap=True)
    counts = _counts(made)
    if made.counts.compared is not RowsCompared.SAME and any(counts.values()):
        out.print()
        shown = table(("", ""), ())
        shown.columns[1].justify = "right"
        for name, count in {**counts, "unchanged": made.counts.unchanged}.items():
            shown.add_row(f"[{STYLES[name]}]{words[name]}[/{STYLES[name]}]", f"{count:,}")
        out.print(shown)
        for line in _remarks(made, language):
            out.print(cell(line), soft_wrap=True)
        _show_columns(made, words)
        left = _show_rows(made, rows, counts, words)
        if left and not wrote:
            out.print(f"\n[dim]{cell(words['more'])}[/dim]")


def write_rows(made: Difference, cells: Fetched, path: Path, language: str) -> None:
    """Write every row that changed, and say how many there are."""
    from pipelines.row_changes.write import write

    words = WORDS[language]
    summary: list[tuple[str, object]] = [(line, "") for line in _introduction(made, language)]
    counts = _counts(made)
    summary += [(words[name], count) for name, count in counts.items()]
    summary += [(words["unchanged"], made.counts.unchanged or 0)]
    summary += [(line, "") for line in _remarks(made, language)]
    if made.counts.columns:
        summary += [("", ""), (words["by_column"], ""), *made.counts.columns.items()]
    try:
        with cells.rows() as rows:
            written = write(path, rows, summary, language)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Look at the folder, its permissions and the disk.",
        ) from error
    found = sum(counts.values())
    text = words["written" if written == found else "written_cut"]
    err.print(cell(text.format(path=path, written=written, found=found)), soft_wrap=True)


def _counts(made: Difference) -> dict[str, int]:
    """Rows of each kind; amended ones only where a key told which row is which."""
    counts = made.counts
    found = {"removed": counts.removed, "amended": counts.amended, "added": counts.added}
    return {kind: count for kind in KINDS if (count := found[kind]) is not None}


def _introduction(made: Difference, language: str) -> Iterator[str]:
    words, counts = WORDS[language], made.counts
    rows = (counts.rows_before or 0, counts.rows or 0)
    for side, name, number in zip(made.sides, ("before", "after"), rows, strict=True):
        what = words["night"].format(night=side.night) if side.night else side.name
        told_as = words["version"].format(side=words[name].capitalize(), name=what, rows=number)
        yield f"{told_as} (SHA-256 {side.sha256[:12]})"
    if counts.compared is RowsCompared.SAME:
        yield words["same"]
        return
    for name, version in zip(("before", "after"), made.versions, strict=True):
        if version.report.share_read < 1:
            share = f"{rounded(version.report.share_read * 100, 1):g} %"
            yield words["partly"].format(share=share, side=words[name])
    if made.columns:
        yield words["columns"].format(told=told(made.columns, language))
    if not any(_counts(made).values()):
        yield words["nothing"]
    elif counts.key:
        yield words["by_key"].format(key=", ".join(counts.key))
    else:
        yield words["by_row"].format(reason=_reason(made, words))


def _reason(made: Difference, words: Any) -> str:
    key = "; ".join(", ".join(new for _, new in one) for one in made.found.pairing.keys)
    return str(words[made.counts.reason or RowsReason.NO_KEY].format(key=key))


def _remarks(made: Difference, language: str) -> Iterator[str]:
    words, counts = WORDS[language], made.counts
    if counts.repeated_removed and counts.key:
        yield words["repeated"].format(count=counts.repeated_removed)
    if counts.key and (counts.keyless or counts.keyless_before):
        yield words["keyless"].format(
            before=counts.keyless_before,
            after=counts.keyless,
            removed=counts.keyless_removed,
            added=counts.keyless_added,
        )


def _show_columns(made: Difference, words: Any) -> None:
    if not made.counts.columns:
        return
    out.print(f"\n[bold]{cell(words['by_column'])}[/bold]")
    shown = table((words["column"], words["rows"], words["share"]), ())
    shown.columns[1].justify = shown.columns[2].justify = "right"
    for name, count in made.counts.columns.items():
        share = rounded(100 * count / (made.counts.amended or 1), 1)
        shown.add_row(cell(name), f"{count:,}", f"{share:g} %")
    out.print(shown)


def _show_rows(made: Difference, rows: Sequence[Row], counts: dict[str, int], words: Any) -> bool:
    """Show some rows of each kind; whether there are more of them."""
    by_kind: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_kind[row["kind"]].append(row)
    for kind, some in by_kind.items():
        text = words["all" if len(some) == counts[kind] else "some"]
        heading = text.format(kind=words[kind], shown=len(some), count=counts[kind])
        out.print(f"\n[bold {STYLES[kind]}]{cell(heading)}[/bold {STYLES[kind]}]")
        for row in some:
            _show_row(row, made.counts.key, words)
    return len(rows) < sum(counts.values())


def _show_row(row: Row, key: Sequence[str], words: Any) -> None:
    places = dict.fromkeys(str(it) for it in (row["row_before"], row["row_after"]) if it is not None)
    where = words["row"].format(row=" → ".join(places))
    cells = row["after"] if row["row_after"] is not None else row["before"]
    told_by = {name: cells[name] for name in key if cells.get(name) is not None}
    if row["kind"] != "amended":
        others = {name: text for name, text in cells.items() if text is not None and name not in told_by}
        told_by |= dict(list(others.items())[: max(CELLS - len(told_by), 0)])
    what = " · ".join(f"[dim]{cell(name)}:[/dim] {_text(text, words)}" for name, text in told_by.items())
    out.print(f"  {where}  {what}", soft_wrap=True)
    for name in row["changed"]:
        was, now = _text(row["before"][name], words), _text(row["after"][name], words)
        out.print(f"      {cell(name)}: {was} → {now}", soft_wrap=True)


def _text(text: str | None, words: Any) -> str:
    if text is None:
        return f"[dim]{cell(words['empty'])}[/dim]"
    return cell(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _rows(cells: Fetched, limit: int) -> list[Row]:
    with cells.rows(most=limit) as rows:
        return list(_each(rows))


def _each(rows: ChangedRows) -> Iterator[Row]:
    for batch in rows.batches:
        for kind, before, after, changed, *cells in zip(*batch.to_pydict().values(), strict=True):
            yield {
                "kind": kind,
                "row_before": before,
                "row_after": after,
                "changed": [rows.columns[place].name for place in changed],
                "before": _side(rows.columns, cells[::2], "before") if before is not None else None,
                "after": _side(rows.columns, cells[1::2], "after") if after is not None else None,
            }


def _side(columns: Sequence[Column], cells: Sequence[str | None], side: str) -> dict[str, str | None]:
    return {column.name: text for column, text in zip(columns, cells, strict=True) if getattr(column, side)}


def _document(made: Difference, rows: list[Row]) -> dict[str, Any]:
    sides = [{"name": side.name, "night": side.night, "sha256": side.sha256} for side in made.sides]
    columns = [plain(change) for change in made.columns]
    return {
        "before": sides[0],
        "after": sides[1],
        **plain(made.counts),
        "column_changes": columns,
        "first_rows": rows,
    }
