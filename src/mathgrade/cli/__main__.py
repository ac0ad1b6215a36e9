"""``python -m mathgrade.cli``, where the program ``mathgrade`` is not on the path."""

from mathgrade.cli import main

main()
