"""Whether rows among the records are no records but their totals.

Belongs here: telling a total by its words and by its sums, and the SQL of it. Columns of numbers are its amounts, all
others say what a record is about. The words are those by which a total is told below a table (`total_words`); the rest
of that rule, which looks at a row's place and its neighbours (`tables.footer`), holds for the last rows only.
"""

from __future__ import annotations

from pipelines import duck
from pipelines.alike import IT
from pipelines.tables.total_words import CERTAIN, POSSIBLE
from pipelines.validation.compiled import SEEN, Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, asked, both, number

BLANK = "[ \t\r\n\u00a0]*"
# Whatever the case. "Subtotal Obra pública" is no name; "Total de contratos" and "Total 2024" are none in a row that
# says nothing else.
TOTAL = rf"(?i){BLANK}(?:{CERTAIN}|sub[ -]?total(?:es)? .*){BLANK}"
PERHAPS = rf"(?i){BLANK}(?:{POSSIBLE}|total(?:es)?:? (?:de|del|da|do|dos|des|du|of|por|per|[0-9]{{4}})(?: .*)?){BLANK}"
# The sums of large amounts are exact to so many parts of themselves.
RELATIVE = 1e-9
FEWEST = 2


@rowwise("expect_records_to_hold_no_totals", typed=True)
def no_totals(
    view: View,
    column_list: list[str],
    tolerance: float = 0.01,
    ignore_row_if: str = "all_values_are_missing",
) -> Rows:
    """No row says that it is a total, and none without anything but amounts holds the sums of those above it."""
    if not isinstance(column_list, list) or len(column_list) < 2:
        raise NotPlanned("column_list")
    number(tolerance)
    amounts = [view.column(column) for column in column_list if view.kind(column) == "number"]
    labels = [view.column(column) for column in column_list if view.kind(column) != "number"]
    texts = [view.column(column) for column in column_list if view.kind(column) == "text"]
    over = asked(amounts + labels, ignore_row_if)
    if not labels:
        raise NotPlanned("nothing says what a record is about")
    said = _said(texts, labels, few=view.columns.few)
    if not amounts:
        return Rows(said, over=over)
    return Rows("", over=over, source=_source(labels, amounts, said, both(view.condition, over), tolerance))


def _said(texts: list[str], labels: list[str], *, few: bool) -> str:
    if not texts:
        return "false"
    certain = " OR ".join(f"coalesce({_is(text, TOTAL)}, false)" for text in texts)
    perhaps = [f"coalesce({_is(text, f'{TOTAL}|{PERHAPS}')}, true)" for text in texts]
    if few:  # a pattern takes longer to compile than a small table to judge
        of = f"list_filter([{', '.join(texts)}], lambda {IT}"
        certain = f"len({of}: {_is(IT, TOTAL)})) > 0"
        perhaps = [f"len({of}: NOT {_is(IT, f'{TOTAL}|{PERHAPS}')})) = 0"]
    only = " AND ".join([*perhaps, *(f"{label} IS NULL" for label in labels if label not in texts)])
    some = " OR ".join(f"{text} IS NOT NULL" for text in texts)
    return f"({certain} OR (({only}) AND ({some})))"


def _is(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {duck.literal(pattern)})"


def _source(labels: list[str], amounts: list[str], said: str, where: str | None, tolerance: float) -> str:
    """The rows that are said to be totals, and those whose sums show it; windows only if some row could be one."""
    bare = both(
        " AND ".join(f"{label} IS NULL" for label in labels),
        " OR ".join(f"{amount} IS NOT NULL" for amount in amounts),
    )
    places = range(len(amounts))
    values = ", ".join(f"{amount} AS a{place}" for place, amount in enumerate(amounts))
    rows = f'SELECT "_row", {said} AS said, {bare} AS bare, {values} FROM {SEEN}'
    rows += f" WHERE {where}" if where else ""
    counted = "CASE WHEN NOT said AND NOT bare THEN coalesce(a{0}, 0) END"
    sums = ", ".join(
        f"sum({counted.format(place)}) OVER {window} AS {window}{place}"
        for place in places
        for window in ("whole", "block")
    )
    counts = ", ".join(
        f"count_if(NOT said AND NOT bare) OVER {window} AS {window}_rows" for window in ("whole", "block")
    )
    above = "ROWS UNBOUNDED PRECEDING"
    found = " OR ".join(
        f"({window}_rows >= {FEWEST} AND "
        + " AND ".join(f"(a{place} IS NULL OR {_equal(window, place, tolerance)})" for place in places)
        + ")"
        for window in ("whole", "block")
    )
    # Sums of nothing prove nothing: whole sections are published with zeros.
    some = " OR ".join(f"coalesce(a{place} <> 0, false)" for place in places)
    return (
        f"(WITH asked AS MATERIALIZED ({rows}), "
        # `count_if` is NULL where it counts nothing, as before the first row
        'blocks AS (SELECT *, count(*) FILTER (WHERE said OR bare) OVER (ORDER BY "_row" ROWS BETWEEN '
        "UNBOUNDED PRECEDING AND 1 PRECEDING) AS block FROM asked WHERE (SELECT bool_or(bare) FROM asked)), "
        f'summed AS (SELECT *, {sums}, {counts} FROM blocks WINDOW whole AS (ORDER BY "_row" {above}), '
        f'block AS (PARTITION BY block ORDER BY "_row" {above})) '
        'SELECT "_row" FROM asked WHERE said '
        f'UNION ALL SELECT "_row" FROM summed WHERE bare AND NOT said AND ({some}) AND ({found}))'
    )


def _equal(window: str, place: int, tolerance: float) -> str:
    total = f"{window}{place}"
    near = f"greatest({number(tolerance)}, {number(RELATIVE)} * abs({total}))"
    return f"coalesce(abs(a{place} - {total}) <= {near}, false)"
