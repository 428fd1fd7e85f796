"""Discord's REST interface: routes, rate limits and refusals."""
