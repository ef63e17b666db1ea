"""Microsoft Graph, as far as az, the SDKs and automation ask it about a directory and write it. On an origin of its own.

`app` hears a request, `table` holds the operations, `pages` and `filters` make lists, `properties` and `shapes` go between
Graph's objects and the model. Who may do what is decided in the directory.
"""
