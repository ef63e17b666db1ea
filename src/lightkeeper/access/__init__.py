"""Who may do what: role definitions, role assignments, and the decision every request waits for."""
