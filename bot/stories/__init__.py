"""Conversation tests: Rasa's story files played through the whole product, business facts too."""
