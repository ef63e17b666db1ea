"""ARM template deployments: the language, the plan, and the runner that carries it out through the writers of others."""
