"""Clients nobody here wrote, run against a server."""
