"""What the assistant can do for a customer."""
