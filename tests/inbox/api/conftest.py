"""Calls of the API."""


def call(client, path, body=None, method="post", **headers):
    """Ask the API for a person that is signed in."""
    return getattr(client, method)(f"/api/inbox/{path}", body or {}, content_type="application/json", **headers)
