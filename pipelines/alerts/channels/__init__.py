"""One file a channel. A channel delivers one message to one address, or raises `DeliveryError`.

To add one, write `<name>.py` with `deliver(message, recipient, settings, now)` and register it in `registry.py`.
"""
