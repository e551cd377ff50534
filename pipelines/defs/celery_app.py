"""What a Celery worker loads: `celery -A pipelines.defs.celery_app worker -Q batches`.

Belongs here: Dagster's own Celery tasks under the settings of this installation. Like `definitions`, it reads the
environment only when it is asked for `app`.
"""

from __future__ import annotations

import multiprocessing
from typing import Any

from pipelines.defs.executors import celery_config
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings


def make_app(settings: Settings) -> Any:
    """The Celery application with the task that runs one step. Raises `ConfigurationError` where Celery is not set."""
    if settings.executor != "celery":
        raise ConfigurationError(
            f"VEEDOR_EXECUTOR is {settings.executor!r}, so that no worker of Celery has anything to do.",
            "Set it to celery, with the other lines of deploy/machines/machines.env.",
        )
    from celery.signals import worker_process_init
    from dagster_celery.config import DEFAULT_CONFIG, dict_wrapper
    from dagster_celery.make_app import make_app as dagster_app
    from dagster_celery.tasks import create_task

    config = celery_config(settings)
    app = dagster_app(
        {
            "broker": config["broker"],
            "backend": config["backend"],
            "config_source": dict_wrapper({**DEFAULT_CONFIG, **config["config_source"]}),
        }
    )
    create_task(app, max_retries=3, default_retry_delay=settings.retry_seconds)
    worker_process_init.connect(may_have_children, weak=False)
    return app


def may_have_children(**_: Any) -> None:
    """Let a process of Celery's start others, which large files need (`workers`); they end when their pipe to it does.

    Its library marks it as a daemon, and gives it a key of a kind of its own, which Python does not hand on.
    """
    process = multiprocessing.current_process()
    process.daemon = False
    multiprocessing.Process.authkey.fset(process, bytes(process.authkey))  # type: ignore[attr-defined]


def __getattr__(name: str) -> Any:
    if name == "app":
        return make_app(Settings.from_env())
    raise AttributeError(name)
