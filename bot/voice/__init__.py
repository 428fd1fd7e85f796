"""The voice of one guild: the line to Discord, what goes out on it, and who sees that both last."""
