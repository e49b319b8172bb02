"""Files that customers send: fetched, checked, kept, shown."""
