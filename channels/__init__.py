"""The outside world's messages, translated. This package knows none of the others."""
