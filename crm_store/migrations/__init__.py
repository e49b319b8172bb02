"""The history of the schema; add-then-backfill-then-drop."""
