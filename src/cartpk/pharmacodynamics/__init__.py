"""CD7+ cell counts: baseline, change by sample, nadir and its time, as tables and parameter rows.

Normal CD7+ cells, CD7- cells, blasts and the infused CAR-NK cells are separate measures throughout: nothing here adds
or averages over measures.
"""

from cartpk.pharmacodynamics.derive import PdTables, derive_pd
from cartpk.pharmacodynamics.parameters import PARAMETERS, PdParameter
from cartpk.pharmacodynamics.profiles import BASELINE_RULES, PdFlag, PdReason

__all__ = ["BASELINE_RULES", "PARAMETERS", "PdFlag", "PdParameter", "PdReason", "PdTables", "derive_pd"]
