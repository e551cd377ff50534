"""Backups: the data folder put elsewhere so that it can be given back, whole, after a disk or a machine is lost.

    <backup>/veedor-backup.json                      whose backup this is
    <backup>/objects/ab/abcdef...                    bytes under their SHA-256, shared by all backups
    <backup>/manifests/<when>.<sha256>.jsonl.gz      one complete backup: which object is what

Belongs here: what is kept, in which order it is read while a night may be at work, and giving it back. A manifest is
written last and names every object with its checksum: whoever is killed before has made no backup, and none is harmed.
Does not belong here: what any of the files mean.
"""
