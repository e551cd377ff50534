"""The words that announce a row of totals, in Spanish, English, French and Portuguese.

Belongs here: patterns that Python's `re` and DuckDB's RE2 read alike, whatever the case. Does not belong here: deciding
that a row is a total, for which its other cells are needed: "Total" is a company, too. The words are ours, taken from
published files.
"""

from __future__ import annotations

_BLANK = "[ \t\u00a0]"
_TOTAL = r"(?:totale?s?|totais|totaux)"
_OF_ALL = r"(?:general|generales|geral|gerais|général|nacional|global)"
# Nothing but a total is called so: "Subtotal", "Gran total", "Total general".
CERTAIN = (
    rf"(?:(?:sub[ -]?|gran |grand |suma |montant ){_TOTAL}(?: {_OF_ALL})?|{_TOTAL} {_OF_ALL}){_BLANK}*[:.]?"
)
# These may be somebody's name.
POSSIBLE = rf"(?:{_TOTAL}|suma|soma|somme|sum){_BLANK}*[:.]?"
