"""The main job told against a server in a process of its own, on each kind of database."""
