"""Where in the data folder everything lies.

Belongs here: the name of each folder and file. Does not belong here: what an installation decides (`settings`).
"""

from __future__ import annotations

from pathlib import Path


class Folders:
    """The parts of a data folder."""

    data: Path

    @property
    def snapshots(self) -> Path:
        """Content-addressed bytes."""
        return self.data / "snapshots"

    @property
    def fingerprints(self) -> Path:
        """The rows of each table as it was last read, as hashes; who deletes them has that version read once more."""
        return self.data / "fingerprints"

    @property
    def hosts(self) -> Path:
        """Whose turn it is at which host, among all processes, and every host's robots.txt of the day."""
        return self.data / "hosts"

    @property
    def runs(self) -> Path:
        """Run folders."""
        return self.data / "runs"

    @property
    def history(self) -> Path:
        """The history database, opened by the recording stage only."""
        return self.data / "history.duckdb"

    @property
    def public(self) -> Path:
        """What anybody may read: the site and `quality.duckdb`."""
        return self.data / "public"

    @property
    def outbox(self) -> Path:
        """Alerts as files."""
        return self.data / "outbox"

    @property
    def troubles(self) -> Path:
        """Which channel is switched off, which address is not reached: a file each; who deletes it tries again."""
        return self.data / "delivery"

    @property
    def feedback(self) -> Path:
        """What readers report: a folder for each report."""
        return self.data / "feedback"

    @property
    def operations(self) -> Path:
        """What is known of each night besides its results: when it ended, room on the disk, whether the ping went."""
        return self.data / "operations"
