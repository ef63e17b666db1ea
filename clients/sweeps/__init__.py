"""One text a package: every operation of a Python client that is served, for the blocking and the asynchronous client."""
