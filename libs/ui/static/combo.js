// combo
