"""What can go wrong on the first day, each as one line a person can act upon."""


class StackError(Exception):
    """Stops the command; its text is the one line that is shown."""
