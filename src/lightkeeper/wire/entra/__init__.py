"""Signing in as Entra does it, and the part of Microsoft Graph that says who is who. Translators only; no rules."""
