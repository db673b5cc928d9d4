"""Measures the system against hand-written peers and against its own limits, in the same run."""
