"""Portals: what a source says exists, in DCAT's words (catalog, dataset, distribution).

Belongs here: one file a kind of portal, each with a function `catalog(source, http, clock)`, and `discover`,
which knows them all. Does not belong here: the bytes of any distribution (`snapshots`).
"""
