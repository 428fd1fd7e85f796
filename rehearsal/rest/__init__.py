"""What a bot asks by HTTP: routes, their limits, and what is refused."""
