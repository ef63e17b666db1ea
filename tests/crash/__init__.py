"""Servers that are killed in the middle of their work, and servers that are asked to stop."""
