"""Clinical files in, typed tables out: response, safety, antibodies, therapies, events, ACR-CRISS, tumour CD7.

Both ways in share this path; ``config.data.clinical`` names files and columns. A table that was not delivered has no
row and says so in ``delivered``.
"""

from cartpk.ingest.clinical.intake import Draft, read_clinical

__all__ = ["Draft", "read_clinical"]
