"""Portals: what a source says exists, in DCAT's words (catalog, dataset, distribution).

Belongs here: one file a kind of portal, each with `catalog(source, http, clock)` for what is declared,
`walk(url, http, clock)` for all there is and `recognise(url, http)`, and `discover`, which knows them all. Does not
belong here: the bytes of any distribution (`snapshots`).
"""
