"""nbgrader's own commands, buttons and stock mode on the course of this repository."""
