"""Partner admin links: whose work in customers' resources counts for which partner."""
