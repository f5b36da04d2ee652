"""How well people find things: the real search box, driven in Chromium. ``make search-eval``; docs in CONTRIBUTING.md."""
