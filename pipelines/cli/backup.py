"""`veedor backup` and `veedor restore`: the data folder put elsewhere, and given back.

Belongs here: what is asked for and what is said, at the end of a restoration above all. The work is
in `pipelines.backup`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import AsJson, cell, err, out, print_json, table
from pipelines.cli.progress import counting
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.backup.back_up import BackedUp
    from pipelines.backup.give_back import GivenBack, Proved
    from pipelines.backup.place import Place

SHOWN = 10

Named = Annotated[
    str | None,
    typer.Option("--backup", help="The name of one backup, as --list shows it. Left out: the newest."),
]


def backup(
    dest: Annotated[
        str, typer.Argument(help="A folder on another disk, or an address such as s3://bucket/prefix.")
    ],
    keep: Annotated[int, typer.Option(min=1, help="How many backups are kept; older ones go.")] = 14,
    verify: Annotated[
        bool, typer.Option("--verify", help="Make none: read one through and compare every checksum.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="Make none: say which there are.")] = False,
    name: Named = None,
    as_json: AsJson = False,
) -> None:
    """Back the data folder up, also while a night runs; only what is new is written."""
    from pipelines.backup import back_up, manifest
    from pipelines.backup.place import place_at
    from pipelines.clock import SystemClock
    from pipelines.snapshots.store import store_at

    if verify and list_:
        raise ConfigurationError("--verify and --list were both given.", "Give one of them.")
    if name is not None and not verify:
        raise ConfigurationError("--backup chooses what --verify reads.", "Leave it out, or add --verify.")
    place = place_at(dest)
    if list_:
        _list(list(manifest.names(place)), as_json=as_json)
        return
    if verify:
        _verify(place, name, as_json=as_json)
        return
    settings = Settings.from_env()
    store = store_at(settings.store, settings.snapshots)
    with counting("backup", None, quiet=as_json) as through:
        done = back_up.back_up(place, settings, store, SystemClock().now(), keep=keep, step=through)
    _told(done, place, as_json=as_json)


def restore(
    src: Annotated[str, typer.Argument(help="The folder or address that `veedor backup` wrote to.")],
    name: Named = None,
    as_json: AsJson = False,
) -> None:
    """Give a backup back as a new data folder (VEEDOR_DATA), every byte checked; nothing is ever written over."""
    from pipelines.backup.give_back import give_back
    from pipelines.backup.place import place_at

    settings = Settings.from_env()
    with counting("restore", None, quiet=as_json) as through:
        done = give_back(place_at(src), settings.data, name, through)
    if as_json:
        found = done.manifest
        print_json(
            {
                "backup": found.name,
                "made_on": found.made_on,
                "veedor": found.software,
                "data": settings.data,
                "files": done.files,
                "bytes": done.bytes,
                "secrets": found.secrets,
                "notes": found.notes,
            }
        )
        return
    _next_steps(done, settings)


def _list(names: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json(names)
    elif names:
        for name in names:
            out.print(cell(name))
    else:
        err.print("There is no complete backup here.")


def _verify(place: Place, name: str | None, *, as_json: bool) -> None:
    from pipelines.backup.give_back import prove

    with counting("verify", None, quiet=as_json) as through:
        proved = prove(place, name, through)
    if as_json:
        print_json({"whole": proved.whole, **vars(proved)})
    else:
        _say_proved(proved)
    if not proved.whole:
        raise typer.Exit(1)


def _say_proved(proved: Proved) -> None:
    if proved.whole:
        out.print(
            f"The backup {cell(proved.name)} is whole: {proved.objects:,} objects, {proved.bytes:,} bytes."
        )
        return
    out.print(f"[bold red]The backup {cell(proved.name)} is damaged[/bold red] ({proved.objects:,} objects).")
    rows = [("gone", it) for it in proved.missing] + [("not as it was written", it) for it in proved.damaged]
    out.print(table(("what", "object"), rows[:SHOWN]))
    if len(rows) > SHOWN:
        out.print(f"… and {len(rows) - SHOWN:,} more (--json shows all)")
    err.print(
        "[dim]→ Look at the disk of the backups. Then back up once more: what the data folder still has is "
        "written anew, for older backups too. `--verify --backup NAME` reads another one.[/dim]",
        soft_wrap=True,
    )


def _told(done: BackedUp, place: Place, *, as_json: bool) -> None:
    if as_json:
        print_json({"place": place.name, **vars(done)})
        return
    for note in done.notes:
        err.print(f"Note: {cell(note)}", soft_wrap=True)
    gone = f", {len(done.removed):,} older removed" if done.removed else ""
    out.print(
        f"Backup {cell(done.name)} at {cell(place.name)}: {done.files:,} files in {done.bytes_all:,} bytes, "
        f"{done.bytes_new:,} of them new. Backups there: {done.kept:,}{gone}."
    )


def _next_steps(done: GivenBack, settings: Settings) -> None:
    found, restored = done.manifest, settings.data / "restored"
    for note in found.notes:
        err.print(f"Note: {cell(note)}", soft_wrap=True)
    out.print(
        f"{cell(settings.data)} is what it was on {cell(found.made_on[:16].replace('T', ' '))} UTC "
        f"({done.files:,} files, {done.bytes:,} bytes, Veedor {cell(found.software)})."
    )
    secrets = f" Set these again, they are in no backup: {', '.join(found.secrets)}." if found.secrets else ""
    files: tuple[str, ...] = ()
    if settings.store is not None and "://" not in settings.store:
        files = (
            f"The fetched files are in {settings.snapshots}, and are looked for in {settings.store} (VEEDOR_STORE): if "
            "they are not there any more, move sha256/ from the one to the other, or unset it.",
        )
    steps = (
        *files,
        f"Compare sources.yaml, your settings and your expectations with those of that time in {restored}.{secrets}",
        "Run `veedor history verify`: it proves that history and run folders belong together.",
        "Leave VEEDOR_DELIVERY=files for the first night: what was sent after this backup is not known any more, "
        "and could be sent once more. Look at data/outbox, then set it to live.",
        "Run `veedor run`: it publishes the site and quality.duckdb, which are in no backup, anew.",
    )
    for number, step in enumerate(steps, 1):
        out.print(f"{number}. {cell(step)}", soft_wrap=True)
