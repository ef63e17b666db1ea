"""Lightkeeper: publish, accept and delegate Managed Service offers, over Azure's public protocols."""

__version__ = "0.1.0"
