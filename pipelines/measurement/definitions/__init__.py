"""What each metric means, in words: one file a family, which says so of the family that computes it.

Belongs here: definitions in English and Spanish, and their versions. Does not belong here: how anything is computed.
"""
