"""Advice: the parts of the text by which a suite says how to mend something, where its examples begin and end.

Belongs here: the marks of the good and the bad example, and parting a text by them. The examples are the suite's own;
no row of anybody's file is among them. Does not belong here: writing advice (`rules.words`).
"""

from __future__ import annotations

from collections.abc import Mapping

# What stands before the good example and the bad one.
EXAMPLES: Mapping[str, tuple[str, str]] = {"en": ("Good: ", "Bad: "), "es": ("Bien: ", "Mal: ")}


def parted(advice: str, language: str) -> tuple[str, str, str]:
    """Advice, good example and bad example; the examples are "" where the text does not have both."""
    good_mark, bad_mark = EXAMPLES[language]
    text, found, examples = advice.partition(f" {good_mark}")
    good, found_too, bad = examples.partition(f" {bad_mark}")
    return (text, good, bad) if found and found_too else (advice, "", "")
