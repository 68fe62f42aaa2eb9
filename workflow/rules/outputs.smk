# parameter rows -> tables, figures, the page
from cartpk.figures.registry import FIGURES, wanted


rule tables:
    input:
        f"{RESULTS}/adsl.csv",
        f"{RESULTS}/adnca.csv",
        f"{RESULTS}/adpd.csv",
        rules.kinetics.output,
        rules.models.output,
        rules.pharmacodynamics.output,
        rules.ingest.output.clinical,
        rules.clinical.output,
    output:
        adpp=f"{RESULTS}/adpp.csv",
        tables=directory(f"{RESULTS}/tables"),
    params:
        config=CONFIG,
        results=RESULTS,
        settings=settings(),
        code=code_hash("cartpk.cli.tables", "cartpk.tables.*"),
    log:
        f"{RESULTS}/log/tables.log",
    message:
        "Tables"
    shell:
        "{CARTPK} tables {params.config:q} --results {params.results:q} > {log:q} 2>&1"


rule figure:
    input:
        lambda wildcards: [f"{RESULTS}/{name}" for name in FIGURES[wildcards.id].inputs],
    output:
        expand(f"{RESULTS}/figures/{{{{id}}}}.{{suffix}}", suffix=["png", "svg", "csv", "json"]),
    params:
        config=CONFIG,
        results=RESULTS,
        settings=settings(),
        # the figure's own module and what it imports: an edit of one figure redraws that figure
        code=lambda wildcards: code_hash("cartpk.cli.figure", FIGURES[wildcards.id].module),
    wildcard_constraints:
        id="f_[0-9a-z_]+",
    log:
        f"{RESULTS}/log/{{id}}.log",
    message:
        "Figure {wildcards.id}"
    shell:
        "{CARTPK} figure {params.config:q} --results {params.results:q} --id {wildcards.id} > {log:q} 2>&1"


rule report:
    input:
        f"{RESULTS}/adsl.csv",
        f"{RESULTS}/adnca.csv",
        f"{RESULTS}/findings.csv",
        f"{RESULTS}/work/inputs.json",
        rules.tables.output,
        EXPORTS,
        expand(f"{RESULTS}/figures/{{id}}.{{suffix}}", id=wanted(TRIAL), suffix=["png", "svg", "csv", "json"]),
    output:
        page=f"{RESULTS}/report.html",
        manifest=f"{RESULTS}/manifest.json",
    params:
        config=CONFIG,
        results=RESULTS,
        settings=settings(),
        code=code_hash("cartpk.cli.report", "cartpk.report.*"),
    log:
        f"{RESULTS}/log/report.log",
    message:
        "Report {output.page}"
    shell:
        "{CARTPK} report {params.config:q} --results {params.results:q} > {log:q} 2>&1"
