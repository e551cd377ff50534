"""Garbage is looked for less often while a night is at work, and as ever afterwards."""

from __future__ import annotations

import gc

from pipelines.garbage import SELDOM, seldom_collected


def test_garbage_is_looked_for_as_usual_again_after_a_night() -> None:
    usual = gc.get_threshold()
    with seldom_collected():
        assert gc.get_threshold()[0] == SELDOM
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0
