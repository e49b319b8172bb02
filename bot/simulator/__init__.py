"""The simulator: one person's four phones beside their one profile, through the real flow."""
