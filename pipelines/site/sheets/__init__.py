"""Sheets: every kind of page but a dataset's, as values.

Belongs here: what stands on which page, and what programs get of it; one kind a file. Does not belong here: questions
to the published history (`standing`), words and HTML (`text`, `templates`).
"""
