"""The validation pack: what is required, where it is built, which test shows it, and whether that test passed.

``docs/validation`` holds the facts as YAML: requirements with their functional specification, oracles with
tolerances, known limits, the template of a performance qualification, the checklist of a release. The tests that show a
requirement carry its number as a marker (:mod:`cartpk.validation.markers`).
The requirements of the trials are not written there: they are read from ``config/trials``, where the records' words
stand. :func:`load_pack` reads and checks all of it, :mod:`cartpk.validation.junit` reads what a test run said,
:mod:`cartpk.validation.matrix` joins the two, :mod:`cartpk.validation.installation` looks at this machine.
"""

from cartpk.validation.matrix import Row, Verdict, matrix
from cartpk.validation.pack import Pack, PackError, load_pack

__all__ = ["Pack", "PackError", "Row", "Verdict", "load_pack", "matrix"]
