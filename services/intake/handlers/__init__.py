"""One function per command or kind of event: load, decide, save, announce; in one transaction."""
