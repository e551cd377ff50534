"""What another version of DuckDB reads of a published copy: every relation, every row. Run by that version's Python.

python ask.py quality.duckdb        one JSON object: version, and relation to its number of rows and their hash
"""

import hashlib
import json
import sys

import duckdb

connection = duckdb.connect(sys.argv[1], read_only=True)
names = connection.execute("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
found = {}
for (name,) in names:
    rows = sorted(map(repr, connection.execute('SELECT * FROM "' + name + '"').fetchall()))
    found[name] = [len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()]
print(json.dumps({"version": duckdb.__version__, "relations": found}))
