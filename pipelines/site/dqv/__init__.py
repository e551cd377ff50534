"""DQV: each dataset's description and quality as linked data, in the words of W3C's DCAT and Data Quality Vocabulary.

Belongs here: what of the published history is told in which standard's term, the IRIs, and the two ways in which they
are written (Turtle, JSON-LD), both from one document. Does not belong here: any measuring, or anything that is not
in `quality.duckdb`. rdflib is not needed to write; tests read everything back with it.
"""
