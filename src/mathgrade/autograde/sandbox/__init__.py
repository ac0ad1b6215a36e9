"""The sandbox: what the student's code cannot do, held by the operating system.

``confinement`` puts the layers on, one module each: ``rlimits``, ``namespaces``, ``landlock``
and ``seccomp``. ``bubble`` stands in where the kernel has no Landlock, ``probing`` finds out
which layers hold on this machine by trying them.
"""

from mathgrade.autograde.sandbox.confinement import LAYERS, Grounds, Layer, confine

__all__ = ["LAYERS", "Grounds", "Layer", "confine"]
