"""A layout proposed for a file that no known layout fits, for somebody to review.

Belongs here: what a column's name and its cells say about the role that it holds, and how sure that is. Does not belong
here: choosing among known layouts (`tables.layouts`), and judging: nothing of this decides a result of the night.
"""
