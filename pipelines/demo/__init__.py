"""The demonstration: a portal on loopback that publishes generated data on five successive nights.

Belongs here: the generator of the data, its story (what breaks and is mended on which night) and a small
CKAN-speaking server. Does not belong here: anything that a real night needs; no stage of it
imports this package. Every name, firm and body in it is made up from word lists by a seed.
"""
