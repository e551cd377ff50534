"""A table's rows as hashes in a file: all that is needed to compare them, made in one scan.

Belongs here: the scan, and what is known of the table beside it. One hash of 64 bits stands for each cell in its
canonical form, so that which columns correspond and which is the key may be decided afterwards, and two large files
need never be open at once. Among ten million different values, two have one hash with a probability of 1 in 400,000.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.alike import IT, Alike, alike, shape_of
from pipelines.row_changes.canonical import Canonical, canonical, trimmed
from pipelines.tables.asking import asking
from pipelines.tables.by_value import Steps, answers
from pipelines.tables.layouts import Fit
from pipelines.tables.table import ROW, Table
from pipelines.validation.columns import FEW
from pipelines.validation.suites import Suite
from pipelines.validation.validate import personal_roles

if TYPE_CHECKING:
    import pyarrow

NEVER = '"never"'
# The name by which a file says what it is made of.
MADE_OF = "made_of"


@dataclass(frozen=True)
class Fingerprints:
    """The rows of one table at `path`: Parquet with `_row` and c0, c1, ... for `columns`; NULL for an empty cell.

    `roles` maps role to column. `keys` are the columns by which rows may be told apart, the likeliest first.
    `personal` are the columns whose values are never shown.
    """

    path: Path
    columns: tuple[str, ...]
    roles: Mapping[str, str]
    keys: tuple[tuple[str, ...], ...]
    personal: frozenset[str]

    def cell(self, column: str) -> str:
        """The name of a column in the file."""
        return f"c{self.columns.index(column)}"


def of_file(path: Path, columns: Sequence[str], fit: Fit | None, suite: Suite | None) -> Fingerprints:
    """The fingerprints at `path`, of a table of these columns as `fit` lays them out."""
    roles = dict(fit.roles) if fit else {}
    personal = personal_roles(fit, suite) if fit and suite else set()
    return Fingerprints(
        path,
        tuple(columns),
        roles,
        tuple(dict.fromkeys(_keys(fit, suite))),
        frozenset(roles[role] for role in personal if role in roles),
    )


def fingerprint(
    table: Table, fit: Fit | None, suite: Suite | None, path: Path, made_of: str = ""
) -> Fingerprints:
    """Write the hashes of the rows of `table` to `path`; numbers and dates as `fit` lays them out.

    The file says that it is `made_of` that. Raises `Unproven` when the table is not what it was presumed to be, and
    `MemoryLimitReached`.
    """
    columns = table.report.columns
    forms = canonical(table, fit, suite)
    with duck.within_memory():
        steps = {name: shape for name in columns if (shape := _of_value(name, forms[name]))}
        cells = table.cells() if len(steps) == len(columns) else None
        if cells is not None:
            _write(cells, steps, path, made_of)
        else:
            _scan(table, forms, path, made_of)
    return of_file(path, columns, fit, suite)


def _of_value(column: str, form: Canonical) -> Steps | None:
    """The steps to the hash of a text; None for what asks of more than its own column."""
    own = duck.quote(column)
    cell, name = (IT, own) if form.cell == own else shape_of(form.cell) or ("", "")
    if name != own:
        return None
    hashed = f"CASE WHEN {IT} IS NOT NULL THEN hash({IT}) END"
    return cell, form.code(IT), trimmed(IT), form.form(IT), hashed


def _write(cells: pyarrow.Table, steps: Mapping[str, Steps], path: Path, made_of: str) -> None:
    """The hashes of a small table, each different value hashed once."""
    import pyarrow
    import pyarrow.parquet

    hashes = answers(cells, steps)
    never = pyarrow.repeat(False, cells.num_rows)
    arrays = [cells.column(ROW), never, *(hashes[name] for name in steps)]
    names = [ROW, NEVER[1:-1], *(f"c{place}" for place in range(len(steps)))]
    found = pyarrow.Table.from_arrays(arrays, names=names, metadata={MADE_OF: made_of})
    pyarrow.parquet.write_table(found, path, compression="none", use_dictionary=False)


def _scan(table: Table, forms: Mapping[str, Canonical], path: Path, made_of: str) -> None:
    """The hashes of any table, as its rows stream by."""
    columns = table.report.columns
    presumed = table.unsettled
    never = presumed.never(columns) if presumed else "false"
    few = table.report.rows <= FEW
    steps = [
        {f"p{place}": forms[name].cell for place, name in enumerate(columns)},
        {f"v{place}": forms[name].code(f'"p{place}"') for place, name in enumerate(columns)},
        {f"t{place}": trimmed(f'"v{place}"') for place in range(len(columns))},
        {f"f{place}": forms[name].form(f'"t{place}"') for place, name in enumerate(columns)},
        {
            f"c{place}": f'CASE WHEN "f{place}" IS NOT NULL THEN hash("f{place}") END'
            for place in range(len(columns))
        },
    ]
    with asking(table) as asked:
        query, marked = duck.quote(asked.relation), never
        for step in steps:
            shared = alike(step.values()) if few else Alike()
            cells = (f"{shared.said(sql)} AS {name}" for name, sql in step.items())
            selected = ", ".join([duck.quote(ROW), f"{marked} AS {NEVER}", *cells])
            query, marked = f"(SELECT {selected} FROM {shared.source(query)})", NEVER
        with duck.interruptible(asked.connection), table.presuming():
            asked.write(f"FROM {query}", path, {MADE_OF: made_of})
    if presumed:
        counted = (
            f"SELECT count(*), coalesce(count_if({NEVER}), 0) FROM read_parquet({duck.literal(str(path))})"
        )
        presumed.settle(*table.connection.execute(counted).fetchall()[0])


def _keys(fit: Fit | None, suite: Suite | None) -> Sequence[tuple[str, ...]]:
    """The layout's key, when all of it is there, and the suite's, as far as it is there."""
    found = []
    if fit is not None and fit.layout.key and all(role in fit.roles for role in fit.layout.key):
        found.append(tuple(fit.roles[role] for role in fit.layout.key))
    if fit is not None and suite is not None:
        present = tuple(fit.roles[role] for role in suite.key if role in fit.roles)
        found += [present] if present else []
    return found
