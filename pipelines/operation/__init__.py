"""How the watch itself fares: what its operator has to know of nights, machine and disk.

Belongs here: reading that off the data folder (`status`, `doctor`), and telling it to other programs when a night has
ended (`heartbeat`, `metrics`, `telemetry`). Does not belong here: the quality of any data, or doing any part of a
night. Only `doctor` opens the history, for a moment and read-only; nothing that fails here fails a night.
"""
