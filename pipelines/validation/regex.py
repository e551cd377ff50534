"""Python's regular expressions in DuckDB, with Python's meaning.

Belongs here: translating the patterns whose meaning DuckDB's engine (RE2) shares once classes and anchors are
spelt out, and handing everything else to Python's `re` by a function that the scan calls. What differs between
the two: Python's `\\d`, `\\w` and `\\b` know all of Unicode, so a pattern with one of them is translated for
texts of ASCII, and the other texts go to Python; its `$` also matches before a line end that closes the text.
Sources: the documentation of Python's `re`, RE2's syntax page.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines import duck
from pipelines.validation.compiled import Test, View

# The last of them is the same for every text; the others are so for texts of ASCII.
CLASSES = {
    "d": "0-9",
    "w": "0-9A-Za-z_",
    "s": r"\x{9}-\x{d}\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}",
}
CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
COUNTED = re.compile(r"\{(\d{1,3})(,(\d{1,3})?)?\}", re.ASCII)
# An end of text in RE2 as Python means "$".
END = r"(?:\n?\z)"
OUTER_BLANKS = (r"^\s|\s$", r"^\s|\s\Z")
# Every number as we write it matches these: a sign, digits, and after a point more digits.
ANY_NUMBER = frozenset(
    f"^{sign}[0-9]+({group}\\.[0-9]+)?$" for sign in ("-?", "[-+]?", "[+-]?") for group in ("", "?:")
)
# A longer pattern takes DuckDB milliseconds to compile, and Python none: of a small table Python is asked.
LONG = 400
# Nothing in such a pattern tells one digit from another.
DIGITS_ALIKE = re.compile(r"\^?(?:(?:\\d|\[0-9\])(?:\{[0-9]+\}|\+)?|-)+\$?")
# May find an escaped backslash too, at the price of asking Python about some texts for nothing.
ASCII_ONLY = re.compile(r"\\[dwbDW]")


class _Different(Exception):
    pass


def matches(view: View, column: str, pattern: str) -> str:
    """SQL: some part of `column` matches Python's `pattern`. Raises `re.error` for a pattern that is none."""
    search = _searcher(pattern)
    translated = translate(pattern)
    if translated is None or (view.columns.few and len(translated) > LONG):
        return view.test(search, column)
    matched = f"regexp_matches({column}, {duck.literal(translated)})"
    if pattern in OUTER_BLANKS:
        # A text that begins and ends with a letter or sign of ASCII, as most do, is known to have none
        ends = " AND ".join(f"{end} >= '!' AND {end} < chr(128)" for end in (column, f"{column}[-1]"))
        return f"(CASE WHEN {ends} THEN false ELSE {matched} END)"
    if not ASCII_ONLY.search(pattern):
        return matched
    ascii_text = f"strlen({column}) = length({column})"
    return f"CASE WHEN {ascii_text} THEN {matched} ELSE {view.test(search, column)} END"


def matches_every(kind: str, pattern: str) -> bool:
    """Whether `pattern` is known to match every number or every date as we write them, by `kind` of role.

    A pattern to which all digits are alike matches all dates of the form 2025-01-31 or none. Numbers differ in length,
    so only the usual patterns for "a number" are known.
    """
    if kind == "number":
        return pattern.replace(r"\d", "[0-9]") in ANY_NUMBER
    return kind == "date" and bool(DIGITS_ALIKE.fullmatch(pattern) and _searcher(pattern)("2025-01-31"))


@cache
def _searcher(pattern: str) -> Test:
    searched = re.compile(pattern)
    return lambda value: searched.search(value) is not None


@cache
def translate(pattern: str) -> str | None:
    """`pattern`, valid in Python, for RE2 with the same meaning; None when that is not certain.

    Where `ASCII_ONLY` finds something in the pattern the meaning is the same for texts of ASCII only.
    """
    try:
        return _translate(pattern)
    except _Different:
        return None


def _translate(pattern: str) -> str:
    out: list[str] = []
    place = depth = 0
    repeatable = False  # whether a quantifier may follow
    while place < len(pattern):
        char = pattern[place]
        if char in "*+?{":
            if not repeatable:
                raise _Different
            place, text = _quantifier(pattern, place)
            repeatable = False
        elif char == "\\":
            text, place, repeatable = _escape(pattern, place)
        elif char == "[":
            text, place = _class(pattern, place)
            repeatable = True
        elif char == "(":
            text, place, repeatable = _group(pattern, place)
            depth += 1
        elif char == ")":
            text, place, repeatable = ")", place + 1, True
            depth -= 1
        elif char == "|":
            text, place, repeatable = "|", place + 1, False
        elif char == "^":
            text, place, repeatable = r"\A", place + 1, False
        elif char == "$":
            text, place, repeatable = _end(pattern, place + 1, depth), place + 1, False
        elif char == ".":
            text, place, repeatable = r"[^\n]", place + 1, True
        else:
            text, place, repeatable = _plain(char), place + 1, True
        out.append(text)
    return "".join(out)


def _plain(char: str) -> str:
    """One character that stands for itself."""
    if char.isascii() and char.isalnum():
        return char
    if "\ud800" <= char <= "\udfff" or char == "\0":
        raise _Different
    return f"\\x{{{ord(char):x}}}"


def _end(pattern: str, after: int, depth: int) -> str:
    """`$`, where nothing may follow: what is after it could otherwise take the closing line end."""
    rest = pattern[after:].lstrip(")")
    closed = len(pattern) - after - len(rest)
    if rest and not (rest[0] == "|" and closed == depth):
        raise _Different
    return END


def _quantifier(pattern: str, place: int) -> tuple[int, str]:
    counted = COUNTED.match(pattern, place)
    if pattern[place] == "{" and counted is None:
        raise _Different
    after = counted.end() if counted else place + 1
    text = pattern[place:after]
    if after < len(pattern) and pattern[after] == "?":  # lazy: the same texts match
        return after + 1, text
    if after < len(pattern) and pattern[after] in "*+{":
        raise _Different
    return after, text


def _group(pattern: str, place: int) -> tuple[str, int, bool]:
    if pattern.startswith("(?:", place):
        return "(?:", place + 3, False
    if pattern.startswith("(?", place):
        raise _Different
    return "(", place + 1, False


def _escape(pattern: str, place: int) -> tuple[str, int, bool]:
    char = pattern[place + 1]
    if char in CLASSES:
        return f"[{CLASSES[char]}]", place + 2, True
    if char.lower() in CLASSES:
        return f"[^{CLASSES[char.lower()]}]", place + 2, True
    if char in CONTROLS:
        return _plain(CONTROLS[char]), place + 2, True
    if char == "A":
        return r"\A", place + 2, False
    if char == "Z":
        return r"\z", place + 2, False
    if char == "b":
        return r"\b", place + 2, False
    if char.isascii() and char.isalnum():
        raise _Different
    return _plain(char), place + 2, True


def _class(pattern: str, place: int) -> tuple[str, int]:
    """A set of characters: its members, ranges and the classes that RE2 lets stand within."""
    place += 1
    negated = pattern.startswith("^", place)
    place += negated
    out: list[str] = []
    first = True
    while first or pattern[place] != "]":
        first = False
        text, place, single = _member(pattern, place)
        if single and pattern.startswith("-", place) and pattern[place + 1] != "]":
            upper, place, bounded = _member(pattern, place + 1)
            if not bounded:
                raise _Different
            text = f"{text}-{upper}"
        out.append(text)
    return f"[{'^' if negated else ''}{''.join(out)}]", place + 1


def _member(pattern: str, place: int) -> tuple[str, int, bool]:
    """One member of a set, and whether it is a single character."""
    char = pattern[place]
    if char != "\\":
        return _plain(char), place + 1, True
    escaped = pattern[place + 1]
    if escaped in CLASSES:
        return CLASSES[escaped], place + 2, False
    if escaped in CONTROLS:
        return _plain(CONTROLS[escaped]), place + 2, True
    if escaped.isascii() and escaped.isalnum():
        raise _Different
    return _plain(escaped), place + 2, True
