# tables and figures -> files for other tools, in one job (report.exports); the manifest lists them
from cartpk.figures.registry import wanted
from cartpk.runs.fingerprints import code_hash

EXPORTS = [f"{RESULTS}/exports"] if TRIAL.report.exports else []
DRAWN = {"pdf", "slides"} & set(TRIAL.report.exports)


rule exports:
    input:
        f"{RESULTS}/adsl.csv",
        f"{RESULTS}/adnca.csv",
        f"{RESULTS}/adpd.csv",
        f"{RESULTS}/adpp.csv",
        f"{RESULTS}/tables",
        f"{RESULTS}/findings.csv",
        rules.ingest.output.clinical,
        rules.clinical.output,
        expand(f"{RESULTS}/figures/{{id}}.{{suffix}}", id=wanted(TRIAL), suffix=["png", "svg"]) if DRAWN else [],
    output:
        directory(f"{RESULTS}/exports"),
    log:
        f"{RESULTS}/log/exports.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings(),
        code=code_hash("cartpk.cli.export", *(["cartpk.figures.*"] if DRAWN else [])),
    message:
        "Exports {output}"
    shell:
        "{params.cartpk} export {params.config:q} --results {params.results:q} > {log:q} 2>&1"
