"""Derivations with known outcomes, labelled by hand."""
