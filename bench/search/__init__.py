"""How fast a large library is searched while many members type."""
