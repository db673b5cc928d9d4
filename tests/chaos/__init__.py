"""kill -9 of everything in the middle of an import: nothing lost, nothing doubled."""
