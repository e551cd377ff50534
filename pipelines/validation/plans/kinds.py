"""Whether the values of a column are of one kind: numbers, dates or other text.

Belongs here: telling the kind of a text however its numbers and dates are written, for a column of mixed kinds mixes
ways of writing, too. Does not belong here: whether a value is right for its role's type, which patterns and bounds
judge under the layout's locale. The kinds and the majority are ours.
"""

from __future__ import annotations

from pipelines import duck
from pipelines.validation.compiled import SEEN, Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, both, not_null, number

_BLANK = "[ \t\r\n\u00a0]*"
_NARROW = "[\u00a0\u202f]"
_TIME = r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?.*)?"
_MONTH = r"(?:ene|jan|feb|fev|fév|mar|abr|apr|avr|may|mai|jun|jui|jul|ago|aug|aoû|sep|set|oct|out|nov|dic|dec|dez|déc)"
# A date has a year of four digits, or a month by its name.
DATE = (
    rf"(?i){_BLANK}(?:[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}|[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{4}}"
    rf"|[0-9]{{1,2}}(?: de |[-/. ]){_MONTH}[a-zçéû.]*(?: de | del |[-/., ])[0-9]{{2,4}}){_TIME}{_BLANK}"
)
# Thousands are parted by one and the same mark, whichever; so "1.234,56" and "1,234.56" are numbers, "1.2.3" is none.
_UNSIGNED = (
    r"(?:(?:[0-9]+|[0-9]{1,3}(?:(?:,[0-9]{3})+|(?:\.[0-9]{3})+|(?:'[0-9]{3})+|(?: [0-9]{3})+"
    rf"|(?:{_NARROW}[0-9]{{3}})+))(?:[.,][0-9]+)?|[.,][0-9]+)"
)
# In accounts what is less than nothing stands in parentheses.
NUMBER = rf"{_BLANK}(?:[-+]?{_UNSIGNED}(?:[eE][-+]?[0-9]+)?|\({_UNSIGNED}\)){_BLANK}"
KINDS = ("number", "date", "text")


@rowwise("expect_column_values_to_be_of_one_kind")
def one_kind(view: View, column: str, kind: str | None = None, majority: float = 0.5) -> Rows:
    """Every value is of `kind`, or of the kind that more than the share `majority` of them are; without it none is."""
    if kind not in (None, *KINDS):
        raise NotPlanned("kind")
    number(majority)
    value = view.column(column)
    over = not_null([value])
    found = kind_of(value)
    if kind is not None:
        return Rows(f"{found} <> {duck.literal(kind)}", over=over)
    asked = f'SELECT "_row", {found} AS kind FROM {SEEN} WHERE {both(view.condition, over)}'
    counted = ", ".join(f"count_if(kind = '{name}') AS {name}s" for name in KINDS)
    arms = " ".join(
        f"WHEN {name}s > n * {number(majority)} AND {name}s = most THEN '{name}'" for name in KINDS
    )
    main = (
        f"SELECT CASE {arms} END AS main FROM (SELECT *, greatest({', '.join(f'{name}s' for name in KINDS)}) "
        f"AS most FROM (SELECT {counted}, count(*) AS n FROM asked))"
    )
    others = f'SELECT "_row" FROM asked, ({main}) WHERE kind IS DISTINCT FROM main'
    return Rows("", over=over, source=f"(WITH asked AS MATERIALIZED ({asked}) {others})")


def kind_of(value: str) -> str:
    """SQL: the kind of a text that is not NULL."""
    return (
        f"(CASE WHEN regexp_full_match({value}, {duck.literal(NUMBER)}) THEN 'number' "
        f"WHEN regexp_full_match({value}, {duck.literal(DATE)}) THEN 'date' ELSE 'text' END)"
    )
