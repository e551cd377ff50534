"""Names and identifiers made comparable, in Python and in DuckDB's SQL alike.

Belongs here: what two spellings of one name, or of one identifier, have in common. Does not belong here: likeness of
names that differ. The legal forms are ours: those under which companies of Latin America, Spain, Portugal, Brazil and
the English-speaking countries are published. A name from which nothing would be left keeps its form.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines import duck

_VARIABLE = "(?: de ?c ?v| de capital variable)?"
_FORMS = "|".join(
    (
        f"s ?a ?p ?i{_VARIABLE}",
        f"s ?a ?b{_VARIABLE}",
        f"s ?(?:de|en) ?r ?l(?: (?:m ?i|i ?p))?{_VARIABLE}",
        f"sociedad anonima(?: promotora de inversion| bursatil| cerrada)?{_VARIABLE}",
        f"sociedad (?:de responsabilidad )?limitada{_VARIABLE}",
        f"s ?a(?: ?c| ?s| ?u)?{_VARIABLE}",
        "s ?c(?: de r ?l(?: de c ?v)?)?",
        "s ?(?:r ?l|l ?u|l ?l|l|n ?c|p ?a)",
        "a ?c|a ?b ?p|i ?a ?p|e ?i ?r ?l|c ?por ?a|e ?s ?p",
        "ltda|limitada|me|epp|eireli|lda|sociedade anonima",
        "ltd|limited|inc|incorporated|llc|l ?l ?c|llp|plc|corp|corporation|gmbh|ag|b ?v|n ?v",
    )
)
# After case, accents and punctuation are gone; the first word is never a form.
FORM = f"(.) (?:{_FORMS})$"
_WORD, _NO_WORD = re.compile(r"[^\W_]+"), re.compile(r"[\W_]+")
_FORM = re.compile(_FORMS)
LONGEST_FORM = 9  # words


def name(text: str) -> str:
    """A name without case, accents, punctuation, repeated blanks and the legal form at its end."""
    words = _WORD.findall(_plain(text))
    # To look where a form may begin is several times as fast as `FORM`, which says the same
    for place in range(max(1, len(words) - LONGEST_FORM), len(words)):
        if _FORM.fullmatch(" ".join(words[place:])):
            return " ".join(words[:place])
    return " ".join(words)


def identifier(text: str) -> str:
    """An identifier without case, accents, blanks and punctuation."""
    return _NO_WORD.sub("", _plain(text))


class _Unmarked(dict[int, int | None]):
    """For `str.translate`: nothing in the place of a mark.

    Marks of every kind, as DuckDB's strip_accents: some, such as U+0488, combine with nothing and are marks still.
    """

    def __missing__(self, letter: int) -> int | None:
        found = self[letter] = None if unicodedata.category(chr(letter))[0] == "M" else letter
        return found


_UNMARKED = _Unmarked()


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Letter by letter: in a whole word Python would write a sigma at its end in another way.
    lower = (
        "".join(letter.lower() for letter in text)
        if "\N{GREEK CAPITAL LETTER SIGMA}" in text
        else text.lower()
    )
    return unicodedata.normalize("NFD", lower).translate(_UNMARKED)


def name_sql(column: str) -> str:
    """SQL for `name`; NULL stays NULL."""
    words = f"trim(regexp_replace({_plain_sql(column)}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"
    return f"regexp_replace({words}, {duck.literal(FORM)}, '\\1')"


def identifier_sql(column: str) -> str:
    """SQL for `identifier`; NULL stays NULL."""
    return f"regexp_replace({_plain_sql(column)}, '[^\\p{{L}}\\p{{N}}]+', '', 'g')"


def _plain_sql(column: str) -> str:
    # Most of the time goes into accents, which a text of ASCII has not.
    return f"CASE WHEN strlen({column}) = length({column}) THEN lower({column}) ELSE strip_accents(lower({column})) END"
