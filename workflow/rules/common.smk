# what the rules share: fingerprints of what a rule depends on beside its files
import hashlib

from cartpk.runs.fingerprints import code_hash


def settings(*sections: str) -> str:
    """Fingerprint of these sections of the trial's configuration: a rule reruns for the settings it uses."""
    text = TRIAL.model_dump_json(include=set(sections)) if sections else TRIAL.model_dump_json()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def contents(files) -> str:
    """Fingerprint of what stands in these files: a change is seen whatever time the file says it is from."""
    from cartpk.provenance import canonical_json, hashes

    return hashlib.sha256(canonical_json(hashes(files)).encode()).hexdigest()[:16]
