"""A portal for tests: a real HTTP server on loopback that serves files, speaks CKAN, and misbehaves on demand."""

from tests.portal_server.server import PortalServer, Request

__all__ = ["PortalServer", "Request"]
