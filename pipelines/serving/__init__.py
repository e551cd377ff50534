"""`veedor serve`: the public folder, the form for readers, and the links of messages, over HTTP.

It joins the alerts and the inbox, which do not know each other. It writes files alone and never opens `history.duckdb`:
nights and readers stand in nobody's way. Starlette and uvicorn are imported when it runs (the extra `serve`).
"""
