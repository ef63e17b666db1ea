"""What goes out because of what happened: leads, notices, webhooks."""
