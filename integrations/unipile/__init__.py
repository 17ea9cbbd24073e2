"""LinkedIn through Unipile: what it posts, and how it is reached."""
