"""The first day: what `make up`, `make test` and `make down` do on a machine that has Python and make only.

A plain package that knows nothing of the applications: it prepares the environment, runs PostgreSQL from a wheel,
and supervises the processes of a development machine or a small installation. No Django import at module level.
"""
