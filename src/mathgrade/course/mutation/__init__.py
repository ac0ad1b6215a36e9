"""Does a test bite: mutants of the right answer, and which of them get full marks.

``values``, ``derivations`` and ``code`` make mutants (``formulas`` those of one formula),
``running`` runs those of code, ``variation`` looks whether a survivor differs at all, ``trivial``
holds the answers that earn nothing; ``biting`` joins them for one item.
"""

from mathgrade.course.mutation.biting import Bite, Probe, Survivor, bite, probes_of

__all__ = ["Bite", "Probe", "Survivor", "bite", "probes_of"]
