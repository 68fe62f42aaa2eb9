# raw files -> typed tables + findings
from cartpk.clinical_schemas import CLINICAL
from cartpk.sources import code_hash


def settings(*sections: str) -> str:
    """Fingerprint of these sections of the trial's configuration: a rule reruns for the settings it uses."""
    import hashlib

    text = TRIAL.model_dump_json(include=set(sections)) if sections else TRIAL.model_dump_json()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def contents(files) -> str:
    """Fingerprint of what stands in these files: a change is seen whatever time the file says it is from."""
    import hashlib

    from cartpk.provenance import canonical_json, hashes

    return hashlib.sha256(canonical_json(hashes(files)).encode()).hexdigest()[:16]


rule ingest:
    input:
        TRIAL.data.files(),
    output:
        adsl=f"{RESULTS}/adsl.csv",
        adnca=f"{RESULTS}/adnca.csv",
        adpd=f"{RESULTS}/adpd.csv",
        clinical=expand(f"{RESULTS}/work/{{table}}.csv", table=CLINICAL),
        findings=f"{RESULTS}/work/findings_ingest.csv",
        inputs=f"{RESULTS}/work/inputs.json",
    params:
        config=CONFIG,
        results=RESULTS,
        settings=settings("trial", "product", "population", "dosing", "data", "time", "intake", "analytes", "pharmacodynamics", "escalation", "efficacy", "safety", "immunogenicity", "clinical"),
        data_cut=str(TRIAL.report.data_cut),  # no sample lies after it
        contents=contents(TRIAL.data.files()),
        code=code_hash("cartpk.cli.ingest"),
    log:
        f"{RESULTS}/log/ingest.log",
    message:
        "Reading {input}"
    shell:
        "{CARTPK} ingest {params.config:q} --out {params.results:q} --findings {output.findings:q} > {log:q} 2>&1"
