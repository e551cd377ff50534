"""Published text on our pages: what would act on the text around it leaves a mark, and all else stays."""

from __future__ import annotations

import unicodedata

from pipelines.site.untrusted import harmless

# What stays though it controls something: the two line breaks that are white space in HTML, and joiners of letters.
STAYS = "\t\n"


def test_control_characters_and_those_that_turn_text_around_leave_a_mark() -> None:
    turns = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F, 0xFEFF]
    for code in range(0x10000):
        letter = chr(code)
        acts = code in turns or (unicodedata.category(letter) == "Cc" and letter not in STAYS)
        assert harmless(f"a{letter}b") == ("a\ufffdb" if acts else f"a{letter}b"), hex(code)


def test_what_is_no_text_stays_what_it_is() -> None:
    assert harmless(None) == ""
    assert harmless(12.5) == 12.5
