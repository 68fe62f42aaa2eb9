# raw files -> typed tables + findings
from cartpk.schemas.clinical import CLINICAL


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
    log:
        f"{RESULTS}/log/ingest.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings(
            "trial",
            "product",
            "population",
            "dosing",
            "data",
            "time",
            "intake",
            "analytes",
            "pharmacodynamics",
            "escalation",
            "efficacy",
            "safety",
            "immunogenicity",
            "clinical",
        ),
        data_cut=str(TRIAL.report.data_cut),  # no sample lies after it
        contents=contents(TRIAL.data.files()),
        names=lambda wildcards, input: ", ".join(file.rpartition("/")[2] for file in input),
        code=code_hash("cartpk.cli.ingest"),
    message:
        "Reading {params.names}"
    shell:
        "{params.cartpk} ingest {params.config:q} --out {params.results:q} --findings {output.findings:q} > {log:q} 2>&1"
