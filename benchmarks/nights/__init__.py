"""What `benchmarks.night` measures a night with: a world of generated sources, its portal, and nights in processes.

Belongs here: everything between a number of sources and a measured process. Nothing here looks inside a night: it is
started as an operator or a scheduler starts it, and judged by what it uses and what it leaves.
"""
