"""What the shell of `veedor sql` offers while one types: views, tables, columns, words of SQL, commands.

Belongs here: reading the names from the published copy, and which of them fit where the cursor is. Does not belong
here: keys and the screen (`sql_shell`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.cli.sql_commands import NAMES, answer
from pipelines.errors import QueryError
from pipelines.settings import Settings

COLUMNS = """
select table_name, column_name, lower(data_type) from duckdb_columns()
where database_name = 'quality' and not internal order by table_name, column_index"""

# The words of a SELECT; DuckDB's own list has 500, most of them of no use on a copy that can only be read.
WORDS = (
    "select from where group by order limit having join left using on and or not in is null like ilike between case "
    "when then else end as distinct with union all except intersect filter over partition rows asc desc nulls first "
    "last qualify exists cast interval true false describe show tables summarize explain values"
)
FUNCTIONS = (
    "count( sum( avg( min( max( median( arg_max( arg_min( any_value( list( string_agg( lag( lead( row_number( rank( "
    "round( coalesce( date_trunc( date_diff( current_date year( month( day( split_part( lower( upper( length( "
    "regexp_matches( try_cast( quantile_cont( stddev( count_if("
)

_WORD = re.compile(r"[\w\\]*\Z")
_AFTER_TABLE_WORD = re.compile(r"\b(from|join|describe|summarize)\s+[\w\"]*\Z|,\s*[\w\"]*\Z", re.IGNORECASE)
_IN_FROM = re.compile(
    r"\b(from|join)\b(?!.*\b(where|group|order|having|select|qualify|limit|on|using)\b)", re.I | re.S
)
_MEMBER = re.compile(r"(\w+)\.(\w*)\Z")
_SOURCES = re.compile(
    r"\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(?!where|group|order|left|join|using|on\b)(\w+))?", re.I
)


@dataclass(frozen=True)
class Names:
    """The views and tables of the published copy, each with its columns and their types."""

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """One completion: `text` stands for the last `length` characters before the cursor; `about` explains it."""

    text: str
    length: int
    about: str


def read(settings: Settings) -> Names:
    """The names in the published copy; none when it cannot be asked: a shell without completion is a shell."""
    try:
        _, rows = answer(COLUMNS, settings, seconds=10, max_rows=100_000)
    except QueryError:
        return Names()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        if str(table).isprintable() and str(column).isprintable():
            found.setdefault(str(table), {})[str(column)] = str(kind)
    return Names(found)


def offers(text: str, before: str, names: Names) -> Iterator[Offer]:
    """What may stand at the cursor: `before` is the text up to it, `text` all of it."""
    if before.lstrip().startswith("\\"):
        yield from _of_command(before.lstrip(), names)
        return
    sources: dict[str, str] = {}
    for name, alias in _SOURCES.findall(text):
        sources |= {name: name, alias or name: name}
    if member := _MEMBER.search(before):
        columns = names.columns.get(sources.get(str(member[1]), str(member[1])), {})
        yield from _fitting(columns, member[2])
        return
    found = _WORD.search(before)
    word = found[0] if found else ""
    table_wanted = _AFTER_TABLE_WORD.search(before) and (
        _IN_FROM.search(before) or before.lower().lstrip().startswith(("describe", "summarize"))
    )
    if table_wanted:
        yield from _fitting(dict.fromkeys(names.columns, "view or table"), word)
        return
    if not word:
        return
    known = {name: names.columns[name] for name in sources.values() if name in names.columns}
    for columns in known.values() or names.columns.values():
        yield from _fitting(columns, word)
    yield from _fitting(dict.fromkeys(sources, "here"), word)
    yield from _fitting(dict.fromkeys(WORDS.split(), "SQL"), word)
    yield from _fitting(dict.fromkeys(FUNCTIONS.split(), "function"), word)


def _of_command(typed: str, names: Names) -> Iterator[Offer]:
    name, space, argument = typed.partition(" ")
    if not space:
        yield from _fitting(dict.fromkeys(NAMES, "command"), name)
    elif name in ("\\describe", "\\d"):
        yield from _fitting(dict.fromkeys(names.columns, "view or table"), argument)


def _fitting(words: Mapping[str, str], typed: str) -> Iterator[Offer]:
    """Words that begin with what was typed, then those that hold it after an underscore."""
    low = typed.lower()
    for word, about in words.items():
        if word.lower().startswith(low) and word.lower() != low:
            yield Offer(word, len(typed), about)
    for word, about in words.items():
        if low and f"_{low}" in word.lower() and not word.lower().startswith(low):
            yield Offer(word, len(typed), about)
