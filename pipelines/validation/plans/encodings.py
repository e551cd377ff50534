"""Mojibake: text whose bytes were decoded as another encoding than they were written in.

Belongs here: what such text looks like in the languages of Latin script, as one regular expression for Python and
DuckDB. The rule is precise rather than complete: each sequence is one that no text in Spanish, Portuguese,
French or English has. UTF-8 read as Windows-1252 or Latin-1 (once or more), UTF-8 read as Mac Roman, DOS code pages
read as Windows-1252, control characters that Windows-1252 has no letter for, and U+FFFD. A letter that became a
question mark cannot be told from a question, and is not seen.
"""

from __future__ import annotations

import re

from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.regex import matches
from pipelines.validation.sql import not_null

# What the second byte of a character of two bytes in UTF-8 becomes: in Windows-1252, or a control character.
_SECOND = "\u0080-\u009f€‚ƒ„†‡ˆ‰Š‹ŒŽ‘“•˜š›œžŸ¡¢£¤¥¦§¨©ª«¬®¯±²³¶·¸¹º¼½¾¿"
# These may rightly follow a word that ends in Ã or Â, in capitals: IRMÃ”, MAÇÃ…, IRMÃ°.
_AFTER_A_WORD = "’”–—…™\u00a0»´°µ"
_CAPITAL = "A-ZÀ-ÖØ-Þ"

PATTERN = "|".join(
    [
        "\ufffd",
        # No text has these controls; U+0085 is a line end.
        "[\u0080-\u0084\u0086-\u009f]",
        f"[ÃÂ][{_SECOND}]",
        # In capitals the next letter tells: ADQUISICIÃ“N is above; IRMÃ” is none, CÃ”NSUL is.
        f"[ÃÂ][{_AFTER_A_WORD[:5]}][{_CAPITAL}a-zß-öø-ÿ]",
        f"(?:^|[^{_CAPITAL}])[ÃÂ][{_AFTER_A_WORD[6:]}{_AFTER_A_WORD[:6]}]",
        "â[€‚„†ˆ‰]|ï»¿|ï¿½|ðŸ",
        # Polish, Czech, Croatian, Turkish; two Greek or Cyrillic letters in a row.
        "[ÄÅ][\u0080-\u0084\u0086-\u009f‚ƒ„†‡ˆ‰‹‘“•˜›¡¢£¤¥¦§¨©ª«¬®¯±²³¶·¸¹º¼½¾¿]",
        f"(?:[ÎÏÐÑ][{_SECOND}{_AFTER_A_WORD}]){{2}}",
        "√[≥©±°£ß≠∫¢µ™¥†ÅâçìöëÉáñúüîíÄ]|‚Ä[úùìîôò¢]|‚Ç¨",
        # Code page 850 or 437: ó, ñ, ú, Ñ, é, í, ção between letters.
        "[A-Za-z][¢¤£¥][A-Za-z]|[A-Za-z]‚[a-z]|[a-z]¡[a-z]|‡Æ",
    ]
)
_FOUND = re.compile(PATTERN)


def no_mojibake(value: str) -> bool:
    """Whether `value` shows no sign of having been decoded wrongly."""
    return value.isascii() or _FOUND.search(value) is None


@rowwise("expect_column_values_to_have_no_mojibake")
def have_no_mojibake(view: View, column: str) -> Rows:
    """No value shows a sign of having been decoded wrongly."""
    value = view.column(column)
    # A text of ASCII is told from its two lengths, which is sooner known than by looking for anything.
    wrong = f"strlen({value}) <> length({value}) AND {matches(view, value, PATTERN)}"
    return Rows(wrong, over=not_null([value]))
