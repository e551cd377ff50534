"""What readers report: the inbox, what may be written in it, promoting a report to an expectation, and its linked data.

The inbox is files alone and never opens the history; alerts and feedback do not know each other (`serving` and the
night join them).
"""
