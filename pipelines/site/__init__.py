"""The site: what the published history says, as plain pages that need no server and no script.

It reads `quality.duckdb` and nothing else, so that whoever holds that file can build the same pages.
"""
