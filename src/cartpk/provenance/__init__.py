"""Where a result comes from: hashes of what went in, of what came out, of the code and of the settings.

Everything here is a function of files and of the installed packages. The clock is read once, by the caller that
writes ``manifest.json``; no other output of a run holds a time.
"""

from cartpk.provenance.chain import LOG, head, rule_log
from cartpk.provenance.manifest import manifest, read_manifest, seeds
from cartpk.provenance.program import Lock, Source, lock, locked, package_versions, source
from cartpk.provenance.records import (
    FileRecord,
    canonical_json,
    describe_file,
    hashes,
    log_files,
    result_files,
    sha256_file,
    sha256_text,
)
from cartpk.provenance.verify import Difference, State, Verified, verify

__all__ = [
    "LOG",
    "Difference",
    "FileRecord",
    "Lock",
    "Source",
    "State",
    "Verified",
    "canonical_json",
    "describe_file",
    "hashes",
    "head",
    "lock",
    "locked",
    "log_files",
    "manifest",
    "package_versions",
    "read_manifest",
    "result_files",
    "rule_log",
    "seeds",
    "sha256_file",
    "sha256_text",
    "source",
    "verify",
]
