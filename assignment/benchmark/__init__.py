"""How fast routing is, against SQL alone running the same functions in the same run. Synthetic rows only."""
