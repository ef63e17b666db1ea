"""Pages for people, rendered on the server; no JavaScript build."""
