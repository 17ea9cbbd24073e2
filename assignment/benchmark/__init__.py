"""How fast routing is, against pgbench running the same functions in the same run. Synthetic rows only."""
