"""The web chat: a page for visitors, and a small script that puts it on any other site."""
