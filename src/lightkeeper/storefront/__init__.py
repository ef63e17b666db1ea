"""The storefront: customers find offers, accept them, delegate to them, review their updates, and part with them."""
