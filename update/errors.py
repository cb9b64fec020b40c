"""What cannot be done."""


class UpdateError(Exception):
    """The update cannot be done; the message says why and what to do. Nothing was changed."""
