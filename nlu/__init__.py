"""Words -> intent -> next action. This package knows none of the others."""
