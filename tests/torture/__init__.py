"""Long runs of what must never break, for ``make torture``; short forms of the same are in the tests."""
