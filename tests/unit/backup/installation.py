"""A small data folder as nights leave it, for backups to be made of.

Belongs here: run folders of five nights, their history, fetched files, messages and what is of this machine only.
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from pipelines.backup import bundles
from pipelines.history import record
from pipelines.settings import Settings
from pipelines.snapshots.store import Store
from tests.unit.history import run_folders

FILES = (b"folio;monto\n1;2\n", b"folio;monto\n1;3\n", b"", b"\x00\xff" * 40_000)


def settings_at(folder: Path) -> Settings:
    """The settings of an installation below `folder`."""
    return Settings(
        data=folder / "data",
        sources=folder / "sources.yaml",
        expectations=folder / "expectations",
        operator="op@example.org",
    )


def fill(settings: Settings, nights: int = run_folders.NIGHTS) -> None:
    """Make the data folder with its first `nights`."""
    folders = run_folders.write(settings.runs)
    known = {str(night) for night in run_folders.nights()[:nights]}
    for folder in folders:
        if folder.parent.name in known:
            (record.record_alerts if folder.name == "_night" else record.record_run)(settings.history, folder)
        else:
            for path in sorted(folder.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
            folder.rmdir()
            if not any(folder.parent.iterdir()):
                folder.parent.rmdir()
    settings.sources.write_text("version: 1\ntime_zone: UTC\nsources: []\n", encoding="utf-8")
    (settings.expectations / "demo").mkdir(parents=True, exist_ok=True)
    (settings.expectations / "demo" / "suite.json").write_text("{}\n", encoding="utf-8")
    for name in ("outbox", "delivery", "public", "hosts", "dagster"):
        (settings.data / name).mkdir(exist_ok=True)
        (settings.data / name / f"{name}.txt").write_text(f"{name}\n", encoding="utf-8")
    for content in FILES[: nights - 1]:
        keep(Store(settings.snapshots), content)


def keep(store: Store, content: bytes) -> str:
    """Put bytes into the store; gives their checksum."""
    path = store.incoming()
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    store.adopt(path, sha256)
    return sha256


def rest(settings: Settings) -> None:
    """Let it be some while since anything was written, so that it can be seen that nothing changes."""
    ago = time.time() - 2 * bundles.SETTLED_NS / 1e9
    for path in (
        settings.data,
        *settings.data.rglob("*"),
        settings.sources,
        *settings.expectations.rglob("*"),
    ):
        os.utime(path, (ago, ago))


def tree(data: Path, *, restored: bool = False) -> dict[str, str]:
    """The hash of every file that belongs to a backup; with `restored` also of what lay outside the data folder."""
    leave = set(bundles.LEFT_OUT) - ({"restored"} if restored else set())
    return {
        path.relative_to(data).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data.rglob("*"))
        if path.is_file()
        and path.relative_to(data).parts[0] not in leave
        and path.relative_to(data).as_posix() != "snapshots/lock"
    }
