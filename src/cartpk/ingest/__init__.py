"""Raw files in, typed tables and findings out.

``read_trial(config, root)`` reads tidy tables or SDTM domains, brings both to one record table and from there to
ADSL, ADNCA and ADPD. Every exclusion, imputation, conversion and doubt is one row of findings; its rule is one entry of
:data:`RULES`.
"""

from cartpk.ingest.intake import LAYOUTS, Intake, read_trial
from cartpk.ingest.rules import ACCEPTED, CATALOGUE, RULES, Accepted, Rule

__all__ = ["ACCEPTED", "CATALOGUE", "LAYOUTS", "RULES", "Accepted", "Intake", "Rule", "read_trial"]
