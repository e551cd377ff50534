"""What a scheme of identifiers is: who numbers whom, how a number is written, and whether its check digit is right.

Belongs here: the value that the families of schemes make. Does not belong here: any scheme. Form and check digit
are two questions: a number in another form joins nothing, while one in about seventy of the RFCs in use has a
check digit that was never right. Values are judged as published: outer blanks, lower case and separators that the
scheme does not know are faults of form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

Rule = Callable[[str], bool]

# The last two digits of a year, month and day, as a date that is real in one century at least.
YYMMDD = (
    r"(?:[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[02468][048]|[13579][26])0229)"
)


@dataclass(frozen=True, eq=False)
class Scheme:
    """One scheme. `code` is that of org-id.guide where it has one; `country` in ISO 3166-1, "" for all.

    `form` says whether a text is written as the scheme demands, `check` whether a text of right form has the right
    check digit; a scheme without check digits has no `check`. `pattern` and `refused` are the form as regular
    expressions, where that is all of it: the whole text matches the first and no beginning the second.
    `of_people`: its numbers are (also) those of natural persons.
    """

    code: str
    name: Mapping[str, str]
    country: str
    source: str
    example: str
    form: Rule
    check: Rule | None = None
    pattern: str | None = None
    refused: str | None = None
    of_people: bool = False

    def valid(self, value: str) -> bool:
        """Whether `value` has the form, and the right check digit where there is one."""
        return self.form(value) and (self.check is None or self.check(value))


def by_pattern(pattern: str, refused: str | None = None) -> Rule:
    """The form that `pattern` describes for a whole text, but for texts that begin as `refused` says."""
    whole, beginning = _compiled(pattern), _compiled(refused) if refused else None
    return lambda value: (
        whole.fullmatch(value) is not None and (beginning is None or beginning.match(value) is None)
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
