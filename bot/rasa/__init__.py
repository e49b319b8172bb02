"""Rasa as the dialogue engine: its server process, the action server, turns over HTTP."""
