"""The toolbox: no business rule lives here; the price of entry is that two services use it."""
