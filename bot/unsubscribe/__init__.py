"""The end of promotions: the page, the links to it, and how a withdrawal is recorded."""
