"""From a table to the two frames on which Great Expectations runs, and to the evidence as published.

Belongs here: pandas frames of a few roles, and values of failing rows. The *text* frame holds each role as
text; the *typed* frame holds number roles as float and date roles as timestamps; what could not be understood
is missing there, and is reported by the expectations on the text. What a role's SQL is stands in `columns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.tables.layouts import Fit
from pipelines.tables.table import Table
from pipelines.validation.columns import Columns, published_name, typed_name

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Frames:
    """What a suite sees. Both have `_row` (as a spreadsheet shows it) and one column a role."""

    text: pandas.DataFrame
    typed: pandas.DataFrame


def frames(table: Table, columns: Columns, roles: Iterable[str]) -> Frames:
    """Prepare `roles`; no other column leaves the table."""
    wanted = [role for role in columns.order if role in set(roles)]
    both = columns.select(wanted, wanted)
    text = ", ".join(['"_row"', *map(duck.quote, wanted)])
    typed = ", ".join(
        ['"_row"', *(f"{duck.quote(typed_name(role))} AS {duck.quote(role)}" for role in wanted)]
    )
    return Frames(
        text=_of_texts(table.connection.execute(f'SELECT {text} FROM {both} ORDER BY "_row"').df()),
        typed=_of_texts(table.connection.execute(f'SELECT {typed} FROM {both} ORDER BY "_row"').df()),
    )


def _of_texts(frame: pandas.DataFrame) -> pandas.DataFrame:
    """The frame with columns of text as pandas 3 has them, also where there is no text to see it by."""
    return frame.astype({name: "str" for name, kind in frame.dtypes.items() if kind == "object"})


def published_frame(table: Table, columns: Columns, roles: Iterable[str]) -> pandas.DataFrame:
    """`_row` and each of `roles` as published, missing where it is blank or a null token."""
    wanted = [role for role in columns.order if role in set(roles)]
    raw = ", ".join(
        ['"_row"', *(f"{duck.quote(published_name(role))} AS {duck.quote(role)}" for role in wanted)]
    )
    seen = columns.select((), (), wanted)
    return _of_texts(table.connection.execute(f'SELECT {raw} FROM {seen} ORDER BY "_row"').df())


def published(
    table: Table, fit: Fit, rows: Iterable[int], roles: Iterable[str]
) -> Mapping[int, Mapping[str, str | None]]:
    """The values of `roles` in `rows` exactly as published, for evidence: {row: {role: value}}."""
    columns = {role: fit.roles[role] for role in roles if role in fit.roles}
    found = table.rows(rows, list(columns.values())) if columns else {}
    return {row: dict(zip(columns, cells, strict=True)) for row, cells in found.items()}
