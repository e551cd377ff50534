"""Floor 9: tell the owner when quality drops, once, in words that help.

Detect (pure functions over history) and deliver (channels) are apart; between them stand stored alerts.
"""
