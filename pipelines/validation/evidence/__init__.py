"""Evidence on demand: every failing row of a table in a file, for whoever has to mend it."""

from pipelines.validation.evidence.write import FORMATS, Written, write

__all__ = ["FORMATS", "Written", "write"]
