"""The page a student reads: notebook, verdicts, marks, as one file without scripts."""
