"""Structure: is the file a clean table? (the guide's processability; checks G21, G26, G27)"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from pipelines.measurement.evidence import Evidence, measurement, tables
from pipelines.model import QualityMeasurement, ReadReport
from pipelines.tables.column_changes import told

UTF8 = frozenset({"utf-8", "utf-8-sig", "ascii"})
LONGEST_NAME = 60
UNNAMED = re.compile(r"^column_\d+$|__\d+$")

NO_LAYOUT = "no known layout of this guide dataset fits the columns"
CHANGED = "columns since the last snapshot: "


def no_layout(read: ReadReport) -> str:
    """Why a file is of no known layout: what happened to its columns, when that happened tonight."""
    changed = told(read.column_changes)
    return f"{NO_LAYOUT}; {CHANGED}{changed}" if changed else NO_LAYOUT


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure each distribution that arrived and should be a table, by its main table."""
    for read in tables(evidence):
        on = read.distribution
        if read.fault is not None:
            yield measurement("structure.readable", evidence, 0, on=on, reason=read.fault.message)
            continue
        yield measurement("structure.readable", evidence, 1, on=on, sha256=read.sha256)
        yield from _of_table(read, evidence)


def _of_table(read: ReadReport, evidence: Evidence) -> Iterator[QualityMeasurement]:
    on, sha256 = read.distribution, read.sha256
    yield measurement("structure.rows", evidence, read.rows, on=on, sha256=sha256)
    reason = "" if read.share_read >= 1 else f"{read.lost} records could not be read"
    yield measurement("structure.read_whole", evidence, read.share_read, on=on, reason=reason, sha256=sha256)
    if read.encoding is not None:
        clean = read.encoding.lower() in UTF8
        reason = "" if clean else f"the encoding is {read.encoding}"
        yield measurement("structure.utf8", evidence, clean, on=on, reason=reason, sha256=sha256)
    unnamed = [name for name in read.columns if UNNAMED.search(name)]
    share = 1 - len(unnamed) / len(read.columns) if read.columns else 0.0
    reason = f"without a name of their own: {', '.join(unnamed[:5])}" if unnamed else ""
    yield measurement("structure.named_columns", evidence, share, on=on, reason=reason, sha256=sha256)
    unusable = _unusable(read.columns)
    share = 1 - len(unusable) / len(read.columns) if read.columns else 0.0
    reason = f"hard to use: {', '.join(unusable[:5])}" if unusable else ""
    yield measurement("structure.usable_names", evidence, share, on=on, reason=reason, sha256=sha256)
    regular = 1 - min(read.ragged / read.rows, 1.0) if read.rows else 1.0
    reason = f"{read.ragged} rows have more or fewer cells than the header" if read.ragged else ""
    yield measurement("structure.regular_rows", evidence, regular, on=on, reason=reason, sha256=sha256)
    changed = told(read.column_changes)
    reason = f"{CHANGED}{changed}" if changed else ""
    count = len(read.column_changes)
    yield measurement("structure.columns_changed", evidence, count, on=on, reason=reason, sha256=sha256)
    if evidence.has_layouts:
        known = read.layout is not None
        reason = "" if known else no_layout(read)
        yield measurement("structure.known_layout", evidence, known, on=on, reason=reason, sha256=sha256)


def _unusable(columns: tuple[str, ...]) -> list[str]:
    """Names that are too long, of several lines, blank at an end, or another's but for case and accents."""
    folded = [_folded(name) for name in columns]
    alike = Counter(folded)
    return [
        name
        for name, plain in zip(columns, folded, strict=True)
        if len(name) > LONGEST_NAME or name != name.strip() or len(name.splitlines()) > 1 or alike[plain] > 1
    ]


def _folded(name: str) -> str:
    if name.isascii():  # most are, and have no accents
        return name.casefold().strip()
    plain = unicodedata.normalize("NFKD", name)
    return "".join(it for it in plain if not unicodedata.combining(it)).casefold().strip()
