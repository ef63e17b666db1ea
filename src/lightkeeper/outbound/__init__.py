"""What leaves the house because something happened: leads, notices, webhooks; and the reports made from the same log."""
