"""The in-process dialogue engine over the files of `nlu/assistant`."""
