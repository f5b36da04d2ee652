"""``make bench``: how long the build takes, as ratios measured in one run. No test: a slow machine is no fault."""
