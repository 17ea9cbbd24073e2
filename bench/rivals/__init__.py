"""The engines ours is compared with, each with its recommended settings."""
