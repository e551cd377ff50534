"""Executors: what runs the steps of a night. https://docs.dagster.io/guides/operate/run-executors

Belongs here: the executor that VEEDOR_EXECUTOR names, which steps it may run where, and how Celery is set up, alike for
the run that hands steps out and for the workers that take them (`celery -A pipelines.defs.celery_app worker`). The
libraries for several machines are imported when they are asked for only.
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

# The value of VEEDOR_EXECUTOR with which a run is one process.
IN_PROCESS = "in_process"
# What runs where the history is, and what may run anywhere.
RECORDER, BATCHES = "recorder", "batches"
# Of the image's user (deploy/docker), who has to be able to write to the volume.
GROUP = 10001
# The volume claim that holds the recorder's data folder in a cluster.
CLAIM = "veedor-data"


def executor_of(settings: Settings) -> dg.ExecutorDefinition:
    """The executor. Raises `ConfigurationError` when its library is not installed."""
    try:
        if settings.executor == "celery":
            from dagster_celery import celery_executor

            found: dg.ExecutorDefinition = celery_executor.configured(celery_config(settings), name="celery")
            return found
        if settings.executor == "k8s":
            from dagster_k8s import k8s_job_executor

            return k8s_job_executor
    except ImportError as error:
        extra = {"celery": "machines", "k8s": "kubernetes"}[settings.executor]
        raise ConfigurationError(
            f"VEEDOR_EXECUTOR is {settings.executor!r}, but {error.name} is not installed.",
            f"Install it on every machine: pip install 'veedor[{extra}]'.",
        ) from None
    return dg.in_process_executor


def at_recorder(settings: Settings) -> dict[str, Any]:
    """The tags of a step that needs the history: one machine's queue, and its volume."""
    volume = {"name": "veedor", "persistentVolumeClaim": {"claimName": CLAIM}}
    mount = {"name": "veedor", "mountPath": str(settings.data)}
    return {
        "dagster-celery/queue": RECORDER,
        **(
            {
                "dagster-k8s/config": {
                    "container_config": {"volume_mounts": [mount]},
                    "pod_spec_config": {"volumes": [volume], "security_context": {"fs_group": GROUP}},
                }
            }
            if settings.executor == "k8s"
            else {}
        ),
    }


def anywhere() -> dict[str, Any]:
    """The tags of a step that leaves only run folders."""
    return {"dagster-celery/queue": BATCHES}


def celery_config(settings: Settings) -> dict[str, Any]:
    """Celery's settings: a step is given back when its worker is lost, https://docs.celeryq.dev/en/stable/userguide/.

    A message is acknowledged at the end of its step (`task_acks_late`). When a worker's process is killed, the worker
    sends the step again, three times at most; when the worker itself is gone, Redis gives it out again after
    `visibility_timeout`.
    """
    return {
        "broker": settings.broker,
        "backend": settings.broker,
        "config_source": {
            "task_default_queue": RECORDER,
            "task_acks_late": True,
            "task_reject_on_worker_lost": True,
            "task_retry_on_worker_lost": True,
            "worker_prefetch_multiplier": 1,
            "worker_cancel_long_running_tasks_on_connection_loss": False,
            "broker_connection_retry_on_startup": True,
            "broker_transport_options": {
                "visibility_timeout": settings.lost_after_seconds,
                "unacked_restore_throttle": 1,
            },
            "result_backend_transport_options": {"visibility_timeout": settings.lost_after_seconds},
            "result_backend_always_retry": True,
        },
    }
