"""The decoder's arithmetic: layers, linear layers, delay pattern, sampling."""
