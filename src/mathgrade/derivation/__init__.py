"""Derivations: a proof as it was written, read line by line and marked."""
