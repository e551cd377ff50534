"""Servers that tests start for themselves: real ones, on loopback, on free ports, ended with the test by their pid."""
