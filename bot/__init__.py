"""Puts the parts together: flow, workers, web, console, command line."""
