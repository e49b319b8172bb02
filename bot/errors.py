"""What is the user's to fix: shown as one message, exit code 1, no traceback."""


class UserError(Exception):
    """Something the person who runs Akrab can put right; the message says what and where."""


class SettingsError(UserError):
    """The configuration cannot be used; the message lists every problem by its key path."""
