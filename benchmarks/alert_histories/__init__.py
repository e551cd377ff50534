"""Histories of published datasets, night by night, with drops of quality that were planted and are known.

Belongs here: what portals, publishers and our own machine do, drawn from a seed (`history.history`), and the truth
about it (`truth.Drop`). Does not belong here: any idea of how a drop is found. Nothing here imports from `pipelines`
but its vocabulary: the histories know nothing of what is measured on them.
"""
