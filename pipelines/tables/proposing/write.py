"""A proposed layout as YAML for somebody to review, with the confidence and the reason of every line as a comment.

Belongs here: the text. Whatever was published is quoted so that it can be nothing but a name. No value of a column that
may be personal is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipelines.tables.layouts import fold
from pipelines.tables.profile import DATE, NUMBER, Profile
from pipelines.tables.proposing.content import locale_of
from pipelines.tables.proposing.propose import Mapped, Proposal

MOST_CODES = 12  # different words of a column of codes that are listed
MOST_TOKENS = 10
_GROUP = {".": ",", ",": "."}
# In these formats a number is a number, whatever the country.
TYPED = frozenset({"xlsx", "xls", "xlsb", "ods", "json", "ocds", "bods", "geojson", "parquet", "dbf"})


def text(
    proposal: Proposal,
    profiles: Mapping[str, Profile],
    *,
    name: str,
    file: str,
    format: str,
    table: str | None,
) -> str:
    """The YAML of `proposal`. `table` is named when the file holds several; `profiles` are all of its columns."""
    mapped = {item.column: profiles[item.column] for item in proposal.sure}
    mark, order, votes = locale_of(mapped)
    if format in TYPED:
        mark, group = ".", ""
    else:
        group = _GROUP[mark]
    tokens = sorted({token for column in mapped.values() for token in column.nothing})[:MOST_TOKENS]
    dataset = proposal.dataset
    lines = [
        "# A proposal, made from the names and first cells of the columns. Review every line, then put the file",
        "# into expectations/layouts/ (docs/add-a-layout.md). Confidence is from 0 to 1.",
        f"layout: {name}",
        'version: "1"',
        f"title: {{en: {quoted(_title(dataset.title, 'en', file))}, es: {quoted(_title(dataset.title, 'es', file))}}}",
        f"guide_dataset: {dataset.key}",
        f"table: {'null' if table is None else quoted(table)}",
        f"basis: {quoted(f'To review: who publishes it, and where the shape was seen (proposed from {file}).')}",
        *(f"# {said(vote)}" for vote in votes),
        f"locale: {{decimal: {quoted(mark)}, group: {quoted(group)}, date: {order}}}",
        f"null_tokens: [{', '.join(map(quoted, tokens))}]",
        "columns:",
        *_columns(proposal.sure),
        *_possible(proposal.possible),
    ]
    if proposal.left:
        lines.append("  # Columns that no role fits:")
        lines += [f"  #   {said(column)}" for column in proposal.left]
    lines += _codes(proposal)
    lines += _personal(proposal)
    lines.append(f"key: [{', '.join(_key(proposal, mapped))}]")
    return "\n".join(lines) + "\n"


def quoted(value: str) -> str:
    """A text as YAML in double quotes, whatever stands in it."""
    return '"' + "".join(_escaped(character) for character in value) + '"'


def said(value: str) -> str:
    """A text as it may stand in a comment: one line, no control characters."""
    return "".join(character if character.isprintable() else " " for character in value)[:300]


def layout_name(file: str) -> str:
    """A name for a layout, of the file's: letters, digits and underscores."""
    stem = fold(file.rpartition(".")[0] or file)
    return re.sub(r"[^a-z0-9]+", "_", stem).strip("_")[:60] or "layout"


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _title(titles: Mapping[str, str], language: str, file: str) -> str:
    return f"{titles.get(language, '')} ({file})".strip()


def _columns(sure: Sequence[Mapped]) -> list[str]:
    lines = []
    for item in sure:
        lines.append(f"  # {item.confidence:.2f}: {said(item.reason)}")
        lines.append(f"  {item.role}: [{quoted(item.column)}]")
    return lines or ["  {}"]


def _possible(possible: Sequence[Mapped]) -> list[str]:
    lines = ["  # Possible, but not sure enough to be proposed:"] if possible else []
    for item in possible:
        lines.append(
            f"  #   {item.role}: [{said(quoted(item.column))}]  ({item.confidence:.2f}: {said(item.reason)})"
        )
    return lines


def _codes(proposal: Proposal) -> list[str]:
    """What words columns of codes hold, to be translated; none of a personal column."""
    lines = []
    for item in proposal.sure:
        content, role = proposal.contents[item.column], proposal.dataset.roles[item.role]
        plain = content.profile.kind not in (NUMBER, DATE) and not content.currency
        if role.type == "code" and plain and content.codes and not (role.personal or content.personal):
            words = [said(quoted(word[:80])) for word in content.profile.values][:MOST_CODES]
            more = ", ..." if content.profile.distinct > len(words) else ""
            lines.append(
                f"# {item.role} holds {', '.join(words)}{more}: translate them into the codes of the suite."
            )
    return lines


def _personal(proposal: Proposal) -> list[str]:
    """Roles that look personal though the suite does not say so, and as remarks other columns that do."""
    roles, lines = [], []
    for item in proposal.sure:
        why = proposal.contents[item.column].personal
        if why and not proposal.dataset.roles[item.role].personal:
            roles.append(item.role)
            lines.append(f"# {item.role} may be personal: {said(why)}.")
    held = {item.column for item in proposal.sure}
    for column, content in proposal.contents.items():
        if content.personal and column not in held:
            lines.append(f"# Not mapped, and perhaps personal: {said(column)} ({said(content.personal)}).")
    return [*lines, f"personal: [{', '.join(roles)}]"]


def _key(proposal: Proposal, mapped: Mapping[str, Profile]) -> list[str]:
    """The suite's own key as far as it is there, else the first column whose cells all differ, else the first one."""
    roles = [item.role for item in proposal.sure]
    own = [role for role in proposal.dataset.record if role in roles]
    alone = [
        item.role
        for item in proposal.sure
        if 0 < mapped[item.column].filled == mapped[item.column].distinct == mapped[item.column].cells
    ]
    return own or alone[:1] or roles[:1]
