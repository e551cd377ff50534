"""What is wrong with an installation, why that matters, and what to do: `veedor doctor`.

Belongs here: one module for each place in which something can be wrong (`nights`, `machine`, `history`, `dagster`,
`delivery`, `feedback`), each a function that looks and mends nothing. Does not belong here: the quality of any data.
"""

from pipelines.operation.doctor.examine import examine
from pipelines.operation.doctor.symptom import Symptom

__all__ = ["Symptom", "examine"]
