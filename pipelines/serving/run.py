"""Running the server: uvicorn in this process, ended gracefully by SIGTERM and SIGINT.

One process, whatever WEB_CONCURRENCY says: limits count in its memory, and it waits for files and not for a processor.
Belongs here: how it listens, whom it believes about the address of a client, and for how long it waits at its end.
"""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette

from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

GRACE_SECONDS = 20
MOST_AT_ONCE = 1_000
BACKLOG = 2_048


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any that is free. Raises `ConfigurationError` for one that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        opened.close()
        raise ConfigurationError(
            f"{host}:{port} cannot be listened at: {error}.", "Give another --host or --port."
        ) from None
    return opened


def run(app: Starlette, settings: Settings, opened: socket.socket) -> None:
    """Serve until a signal ends it: what was begun is finished, for some seconds.

    X-Forwarded-For is believed of the proxies alone that VEEDOR_TRUSTED_PROXIES names.
    """
    proxies = [it.strip() for it in settings.trusted_proxies.split(",") if it.strip()]
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        limit_concurrency=MOST_AT_ONCE,
        backlog=BACKLOG,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws="none",
        lifespan="off",
    )
    uvicorn.Server(config).run([opened])
