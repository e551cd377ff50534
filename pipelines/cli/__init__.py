"""Floor 11: the command line, a thin shell over the same functions that Dagster calls. One file a command."""

from __future__ import annotations


def main() -> None:
    """The `veedor` command."""
    from pipelines.cli.app import run

    run()
