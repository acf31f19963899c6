"""The one exception of the readers of scalars."""


class Unfit(ValueError):
    """A value that does not fit. Its text completes "`the value` …" and says what to write instead."""
