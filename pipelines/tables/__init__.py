"""Bytes of a snapshot become tables of text columns, each with a read report.

Belongs here: deciding by content what a file is, and reading it without guessing types. `read.opened` is the
door; `table` holds what it gives. Does not belong here: what a column means (layouts say so) or whether it
is good (suites do). Every published byte is untrusted: the only exception that a file can cause is `ReadFault`.
"""
