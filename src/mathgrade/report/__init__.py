"""The class report: what the marks say about the items, and what to look at first."""
