"""A piece on its way to the listeners: queue, performance, player, radio."""
