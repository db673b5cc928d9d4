"""What the law says about time: pure, dated, and imported by whoever must name a deadline.

`calendar` days and hours as decided · `calendars` which of them hold where · `durations` time limits ·
`rule_set` the rules in force by date of reception · `reckoning` how a limit is counted, by `worked_time` or by
`whole_time` (`kinds` says which) · `deadline` the appointment on the slip.

Moments go in aware and come out aware, in UTC as on the wire; dates are dates of Asia/Ho_Chi_Minh.
"""
