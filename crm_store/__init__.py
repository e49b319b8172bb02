"""Everything remembered; the only package with queries."""
