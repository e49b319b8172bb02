"""The dialogue engine over a Rasa 3.6 server."""
