"""Numbers of two modules."""

# Single notices by e-mail of one batch, over all its destinations (11b R19).
MAILS_PER_BATCH = 20
