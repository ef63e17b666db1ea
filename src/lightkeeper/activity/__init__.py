"""What happened, by whom: the activity logs of a subscription and of a tenant, read from the one log."""
