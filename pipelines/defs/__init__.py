"""The Dagster shell: one module a Dagster concept, and nothing in them but Dagster.

Belongs here: what the graph looks like, when a run begins, what its screen shows. Does not belong here: what
a stage does (`pipelines.stages`), in which order (`pipelines.night`), or any state: the run folders are the
channel between assets, so no value is pickled and any asset may be materialised again. Nothing below this
floor knows Dagster.

What computes a night is imported by the functions that run one: code server, scheduler and sensors load the
definitions far more often than anybody runs them.
"""
