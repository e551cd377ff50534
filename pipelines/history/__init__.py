"""The memory: every night's results in DuckDB, and the published copy that anybody may query in SQL.

`history.duckdb` belongs to one writer at a time and can be rebuilt from the run folders; `quality.duckdb` in
the public folder is what readers open. Importing this package costs nothing.
"""
