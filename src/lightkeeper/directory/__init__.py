"""Who there is: tenants, users, groups, service principals, what they sign in with, and the tokens they get for it."""
