"""Fuzzing: random formulas whose truth comes from an evaluation that shares no code with ours."""
