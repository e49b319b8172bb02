"""What a turn is made of: who answers, what is remembered, and what stops an endless exchange."""
