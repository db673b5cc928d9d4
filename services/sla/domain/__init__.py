"""The legal clock: facts in, answer out. Pure: callers pass every moment, always aware.

`facts` what was heard · `reading` facts out of events · `order` one order for any interleaving · `clock` the fold ·
`answer` what it says · `standing` how that looks at a moment · `explain` day by day · `alarms` the ladder.
"""
