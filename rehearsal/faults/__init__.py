"""Everything that can go wrong around a bot that plays, each as a small object with a name."""
