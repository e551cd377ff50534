"""Reasons: the fixed sentences in which verdicts and results are given, told in the page's language.

Belongs here: recognising a recorded sentence (`pipelines/measurement/verdict.py`, `pipelines/validation/`).
Does not belong here: its words, which stand in `text/<language>/common.json` under `reasons`. What is not recognised
stays as it was recorded, in English, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines.site.words import Words
from pipelines.tables import column_changes

NO_SUITE = "there is no expectation suite for this dataset yet"
NO_LAYOUT = "no known layout of this guide dataset fits the columns"

# By the key of its words. A group is a number, roles, or `why`: a sentence within the sentence.
_SENTENCES = {
    "no_suite": re.escape(NO_SUITE),
    "no_layout": re.escape(NO_LAYOUT),
    "no_layout_changed": rf"{re.escape(NO_LAYOUT)}; columns since the last snapshot: (?P<changes>.+)",
    "columns_changed": r"columns since the last snapshot: (?P<changes>.+)",
    "no_file": "the portal lists the dataset without any file",
    "no_records": r"(?P<file>.+) has a header and no records",
    "partly_read": r"(?P<share>[\d.]+)% of (?P<file>.+) could be read",
    "all_met": "every expectation was met",
    "met_one_warning": "met, with 1 warning",
    "met_warnings": r"met, with (?P<count>\d+) warnings",
    "critical_one": r"1 critical expectation failed, worst (?P<worst>\S+): (?P<why>.*)",
    "critical_many": r"(?P<count>\d+) critical expectations failed, worst (?P<worst>\S+): (?P<why>.*)",
    "no_column": r"(?:the file|the layout) has no column for (?P<roles>[^()]+?)(?: \((?:core|optional)\))?",
    "no_rows": "there is no row to look at",
    "few_rows": "there are too few rows to judge",
    "rows_failing": r"(?P<count>\d+) of (?P<of>\d+) rows do not meet it(?:; at least (?P<mostly>\d+)% of .*)?",
    "observed": r"observed (?P<value>.+)",
    "not_met": "it is not met",
    "not_evaluated": r"it could not be evaluated(?: \((?P<kind>\w+)\))?",
    "no_result": "Great Expectations gave no result for it",
    "of_expectation": r"(?P<worst>[a-z0-9_]+(?:\.[a-z0-9_]+)+): (?P<why>.*)",
}
# How a list of changed columns names each kind; what stands between is names of columns.
_CHANGES = re.compile(r"(?:(?<=^)|(?<=; ))(?:renamed|of another type|dropped|added)(?=: )|(?<= )to(?= )")
_KINDS = {english: kind for kind, english in column_changes.WORDS["en"].items()}
_KNOWN = [(key, re.compile(sentence, re.DOTALL)) for key, sentence in _SENTENCES.items()]


def told(words: Words, reason: str | None, titles: Mapping[str, str] | None = None) -> tuple[str, str]:
    """`reason` in the language of `words`, with the language that it came out in.

    `titles` gives the title of an expectation by its key; without one the key itself is named.
    """
    if not reason:
        return "", words.language
    for key, sentence in _KNOWN:
        found = sentence.fullmatch(reason)
        if found is None:
            continue
        parts = {name: value for name, value in found.groupdict().items() if value is not None}
        if "why" in parts:
            parts["why"], language = told(words, parts["why"], titles)
            if language != words.language:
                break
        for name in {"count", "of"} & set(parts):
            parts[name] = words.number(int(parts[name]))
        if "roles" in parts:
            parts["roles"] = ", ".join(words.name("roles", role) for role in parts["roles"].split(", "))
        if "changes" in parts:
            parts["changes"] = _CHANGES.sub(
                lambda kind: column_changes.WORDS[words.language][_KINDS[kind[0]]], parts["changes"]
            )
        if "worst" in parts:
            parts["worst"] = (titles or {}).get(parts["worst"], parts["worst"])
        if key in ("rows_failing", "not_evaluated") and len(parts) < sentence.groups:
            key = f"{key}_plain"
        return str(words.texts["reasons"][key]).format(**parts), words.language
    return reason, "en"
