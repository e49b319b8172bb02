"""What sending is made of: drafts, claims, rates, outcomes, and what is heard of an address."""
