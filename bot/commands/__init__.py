"""What the `akrab` command does, one module a task."""
