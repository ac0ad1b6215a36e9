"""The end-to-end suite of attacks: one class, nearly all of it hostile, marked by one command."""
