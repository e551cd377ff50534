"""Veedor: a nightly watch over published anti-corruption data.

Importing this package costs nothing: no environment, file, network or heavy library is touched.
The floors (which module may import which) are described in `docs/concepts.md` and held by a test.
"""

__version__ = "0.1.0"
