"""One file a channel. A channel delivers one letter once, or raises `DeliveryError` that says what comes of it.

To add one, write `<name>.py` with `opened(...)`, which gives a `Channel`, and name it in `registry.py`.
"""
