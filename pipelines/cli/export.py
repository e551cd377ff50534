"""`veedor export dqv`: descriptions and quality as linked data, in W3C's DCAT and Data Quality Vocabulary.

Belongs here: which dataset, night and format, and where it goes. Does not belong here: what is said (`site.dqv`).
"""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.console import AsJson, out, print_json
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

app = typer.Typer(help="The published history in the formats of others.", no_args_is_help=True)


class Format(StrEnum):
    """How linked data is written."""

    TTL = "ttl"
    JSONLD = "jsonld"


@app.callback()
def export() -> None:
    """The published history in the formats of others."""


@app.command("dqv")
def dqv(
    dataset: Annotated[
        str | None, typer.Option(help="Key of the dataset: source/dataset. Left out: all, into a folder.")
    ] = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="Default: by the ending of --output; ttl; for all datasets, both."),
    ] = None,
    night: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="As of this night. Left out: each dataset's newest."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="File for one dataset (else it is printed), folder for all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write what was found of one dataset, or of all, as DCAT and DQV: Turtle or JSON-LD."""
    from pipelines import artifacts
    from pipelines.history import asking
    from pipelines.site.dqv import files
    from pipelines.site.dqv.names import Names

    settings = Settings.from_env()
    names, day = Names(settings.public_url), night.date() if night else None
    if dataset is not None:
        document = files.one(settings.public, dataset, names, day)
        by_ending = Format(output.suffix[1:]) if output and output.suffix[1:] in list(Format) else Format.TTL
        text = document.jsonld() if (format_ or by_ending) is Format.JSONLD else document.turtle()
        if output is None:
            sys.stdout.write(text)
            return
        artifacts.write_text(output, text)
        count = 1
    else:
        if output is None:
            raise ConfigurationError(
                "All datasets are a file each, and more than fits on a screen.",
                "Name a folder with --output, or one dataset with --dataset.",
            )
        if output.exists() and not output.is_dir():
            raise ConfigurationError(f"{output} is a file.", "Name a folder with --output.")
        formats = (format_.value,) if format_ else files.FORMATS
        with asking.opened(settings.public) as connection:
            count = files.write(connection, output, names, settings.publisher, formats=formats, night=day)
    if as_json:
        print_json({"datasets": count, "output": output})
    else:
        out.print(
            f"{count} {'dataset' if count == 1 else 'datasets'}: {output}", soft_wrap=True, markup=False
        )
