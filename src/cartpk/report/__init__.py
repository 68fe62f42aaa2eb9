"""The page: one self-contained HTML file that says what was measured, what came out and how sure one may be.

A section of the page is a module that turns tables and settings into plain values; a template
of ``templates/`` prints them.
"""

from __future__ import annotations

from cartpk.report.origin import Provenance, provenance_of
from cartpk.report.page import render
from cartpk.report.run_files import RunFiles, read_run

__all__ = ["Provenance", "RunFiles", "provenance_of", "read_run", "render"]
