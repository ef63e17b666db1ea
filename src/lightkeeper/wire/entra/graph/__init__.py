"""Microsoft Graph, as far as az and the SDKs ask it who is who. On an origin of its own (see `app`)."""
