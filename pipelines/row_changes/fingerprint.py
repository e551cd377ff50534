"""A table's rows as hashes in a file: all that is needed to compare them, made in one scan.

Belongs here: the scan, and what is known of the table beside it. One hash of 64 bits stands for each cell in its
canonical form, so that which columns correspond and which is the key may be decided afterwards, and two large files
need never be open at once. Among ten million different values, two have one hash with a probability of 1 in 400,000.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines import duck
from pipelines.alike import Alike, alike
from pipelines.row_changes.canonical import canonical, trimmed
from pipelines.tables.asking import asking
from pipelines.tables.layouts import Fit
from pipelines.tables.table import ROW, Table
from pipelines.validation.columns import FEW
from pipelines.validation.suites import Suite
from pipelines.validation.validate import personal_roles

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
    with duck.within_memory(), asking(table) as asked:
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
    return of_file(path, columns, fit, suite)


def _keys(fit: Fit | None, suite: Suite | None) -> Sequence[tuple[str, ...]]:
    """The layout's key, when all of it is there, and the suite's, as far as it is there."""
    found = []
    if fit is not None and fit.layout.key and all(role in fit.roles for role in fit.layout.key):
        found.append(tuple(fit.roles[role] for role in fit.layout.key))
    if fit is not None and suite is not None:
        present = tuple(fit.roles[role] for role in suite.key if role in fit.roles)
        found += [present] if present else []
    return found
