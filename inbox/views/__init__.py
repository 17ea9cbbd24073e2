"""The setter's pages."""
