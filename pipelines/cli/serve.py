"""`veedor serve`: the public pages, the form for readers, and the links of messages, over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.console import err
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 is every one of the machine.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen at; 0 is any that is free.")
    ] = 8080,
) -> None:
    """Serve the public folder, the form for reports and the links of messages, until it is ended.

    Put a web server with TLS before it, and name that in VEEDOR_TRUSTED_PROXIES.
    """
    from pipelines.clock import SystemClock
    from pipelines.sources import load

    try:
        from pipelines.serving.app import create_app
        from pipelines.serving.run import listening, run
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"the library {error.name} is not installed.", "Install the extra: pip install 'veedor[serve]'."
        ) from None
    settings = Settings.from_env()
    app = create_app(settings, load(settings.sources), SystemClock())
    opened = listening(host, port)
    found = opened.getsockname()
    shown = f"[{found[0]}]" if ":" in found[0] else found[0]
    err.print(f"Serving {settings.public} at http://{shown}:{found[1]}/", soft_wrap=True, markup=False)
    run(app, settings, opened)
