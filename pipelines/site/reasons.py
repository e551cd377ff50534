"""Reasons: the fixed sentences in which verdicts and results are given, told in the page's language.

Belongs here: recognising a recorded sentence (`pipelines/measurement/verdict.py`, `pipelines/validation/`).
Does not belong here: its words, which stand in `text/<language>/common.json` under `reasons`. What is not recognised
stays as it was recorded, in English, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

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
    "overdue_daily": r"as of (?P<day>\d{4}-\d\d-\d\d), expected every day",
    "overdue": r"as of (?P<day>\d{4}-\d\d-\d\d), expected every (?P<count>\d+) days",
    "no_date": "neither the file nor the server nor the portal says when the data last changed",
    "not_honest": r"the catalog says (?P<said>.+), the data have been the same since (?P<day>\d{4}-\d\d-\d\d)",
    "no_longer_listed": "no longer listed: (?P<names>.+)",
    "records_gone": r"(?P<count>\d+) of (?P<of>\d+) records that were there before are gone, by their key",
    "records_fewer": r"(?P<count>\d+) of (?P<of>\d+) records fewer than before",
    "columns_gone": "columns that are gone: (?P<names>.+)",
    "not_told": "not told: (?P<properties>.+)",
    "no_catalog": "no catalog describes it: it is watched at addresses of its own",
    "in_the_catalog_s_stead": "sources.yaml says it in the catalog's stead",
    "no_portal": "it is watched at addresses of its own, without a portal",
    "document": r"a document \((?P<kind>[^)]+)\) holds no records",
    "only_formats": r"only (?P<names>[\w., +-]+)",
    "no_format": "no format is known",
    "licence_untold": "no catalog says under which licence",
    "no_licence": "no licence is named",
    "licence_is": "the licence is (?P<names>.+)",
    "nothing_arrived": "nothing arrived",
    "records_unread": r"(?P<count>\d+) records could not be read",
    "encoding_is": "the encoding is (?P<names>.+)",
    "unnamed": "without a name of their own: (?P<names>.+)",
    "hard_names": "hard to use: (?P<names>.+)",
    "ragged": r"(?P<count>\d+) rows have more or fewer cells than the header",
    "not_answered": r"(?P<count>\d+) of (?P<of>\d+) reports had no answer within 30 days",
    "no_reports": "no reader has reported anything",
    "no_report_due": "no report is due yet",
    "not_visited": "not visited yet: the visits of a night are limited",
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


def told(
    words: Words, reason: str | None, titles: Mapping[str, str] | None = None, suite: str | None = None
) -> tuple[str, str]:
    """`reason` in the language of `words`, with the language that it came out in.

    `titles` gives the title of an expectation by its key; without one the key itself is named. The roles of columns are
    called as `suite` does.
    """
    if not reason:
        return "", words.language
    for key, sentence in _KNOWN:
        found = sentence.fullmatch(reason)
        if found is None:
            continue
        parts = {name: value for name, value in found.groupdict().items() if value is not None}
        if "why" in parts:
            of = parts.get("worst", suite or "").partition(".")[0]
            parts["why"], language = told(words, parts["why"], titles, of)
            if language != words.language:
                break
        for name in {"count", "of"} & set(parts):
            parts[name] = words.number(int(parts[name]))
        if "day" in parts:
            parts["day"] = words.day(date.fromisoformat(parts["day"]))
        if "roles" in parts:
            parts["roles"] = ", ".join(words.role(role, suite) for role in parts["roles"].split(", "))
        if "properties" in parts:
            names = parts["properties"].split(", ")
            parts["properties"] = ", ".join(words.name("properties", name) for name in names)
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
