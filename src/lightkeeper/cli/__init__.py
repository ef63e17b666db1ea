"""The command line: an HTTPS client of a running server, and a few things done offline. Start at `app`."""
