"""Snapshots: the exact bytes of every distribution, night after night.

Belongs here: visiting one distribution (`fetch`), whether what came is whole (`whole`), and keeping bytes under
the name of their checksum (`store`). Does not belong here: requests (`http_client`) or rows (`tables`).
"""
