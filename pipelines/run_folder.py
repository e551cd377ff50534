"""One source's night and the folder that it fills.

Belongs here: what the stages ask of earlier nights as a whole, and how they write. Does not belong here: what any stage
leaves there (`stages`), or how a file comes into its place (`artifacts`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from pipelines import artifacts
from pipelines.artifacts import Files
from pipelines.past_runs import folder_before, last_finished
from pipelines.sources import Source
from pipelines.stage_seconds import Seconds


@dataclass(frozen=True)
class Run:
    """`rules` are those of tonight (`Tools.rules`).

    `past` keeps what was read of earlier nights, `seconds` how long this process took for its stages.
    """

    source: Source
    night: date
    folder: Path
    rules: str
    past: Files = field(default_factory=Files, compare=False, repr=False)
    seconds: Seconds = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def declaration(self) -> str:
        """The declaration that the night goes by, as it stands in the folder."""
        return (self.folder / artifacts.DECLARATION).read_text(encoding="utf-8")

    @cached_property
    def earlier(self) -> Path | None:
        """The run whose results may be used again for bytes that have not changed."""
        declared = self.declaration
        return last_finished(self._runs, self.source.id, self.night, self.rules, declared, files=self.past)

    @cached_property
    def before(self) -> Path | None:
        """The newest earlier run that is through, whatever it went by."""
        return folder_before(self._runs, self.source.id, self.night, files=self.past)

    @property
    def _runs(self) -> Path:
        return self.folder.parent.parent

    def write(self, name: str, content: bytes) -> None:
        """Write an artifact; as the same file as that of the night before where nothing has changed."""
        earlier = self.before / name if self.before else None
        known = self.past.known(earlier) if earlier else None
        artifacts.write_as(self.folder / name, content, earlier, known)
