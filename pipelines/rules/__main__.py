"""Write `expectations/*/suite.json` anew: `make suites`, or `python -m pipelines.rules [DATASET ...]`."""

import sys

from pipelines.errors import SuiteError
from pipelines.rules.suite import build
from pipelines.settings import packaged_expectations

try:
    for path in build(packaged_expectations(), sys.argv[1:]):
        print(path)
except SuiteError as error:
    sys.exit(str(error))
