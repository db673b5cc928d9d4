"""What sla does: hear facts, tell rungs, recompute, answer questions."""
