"""Row changes: which rows of a table were added, removed or amended between two of its versions.

Belongs here: comparing two tables row by row, as counts and as rows. Does not belong here: which two snapshots are
compared (`comparing`, the command line), or what a change is worth (`measurement`).
"""
