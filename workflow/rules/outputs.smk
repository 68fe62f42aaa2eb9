# parameter rows -> tables, figures, the page
from cartpk.figures.registry import batches, wanted

FIGURE_FILES = ["png", "svg", "csv", "json"]


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
        adpp=report(
            f"{RESULTS}/adpp.csv", caption="../report/parameters.rst", category="Data", labels={"file": "adpp.csv"}
        ),
        tables=report(
            directory(f"{RESULTS}/tables"),
            patterns=["{name}.csv"],
            caption="../report/table.rst",
            category="Tables",
            labels={"file": "{name}.csv"},
        ),
    log:
        f"{RESULTS}/log/tables.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings(),
        code=code_hash("cartpk.cli.tables", "cartpk.tables.*"),
    message:
        "Tables"
    shell:
        "{params.cartpk} tables {params.config:q} --results {params.results:q} > {log:q} 2>&1"


# a process draws several figures: importing the drawing library costs more than drawing one
for batch, drawn in batches(TRIAL).items():

    rule:
        name:
            f"figures_{batch}"
        input:
            [f"{RESULTS}/{name}" for name in sorted({name for figure in drawn for name in figure.inputs})],
        output:
            [
                report(
                    f"{RESULTS}/figures/{figure.id}.png",
                    caption="../report/figure.rst",
                    category="Figures",
                    labels={"number": figure.number, "title": figure.title},
                )
                for figure in drawn
            ],
            expand(f"{RESULTS}/figures/{{id}}.{{suffix}}", id=[figure.id for figure in drawn], suffix=FIGURE_FILES[1:]),
        log:
            f"{RESULTS}/log/figures_{batch}.log",
        params:
            cartpk=CARTPK,
            config=CONFIG,
            results=RESULTS,
            settings=settings(),
            # the modules of these figures and what they import: an edit of a figure redraws its batch, no other
            code=code_hash("cartpk.cli.figure", *(figure.module for figure in drawn)),
            ids=" ".join(f"--id {figure.id}" for figure in drawn),
        message:
            f"{len(drawn)} figures, {drawn[0].number} ... {drawn[-1].number}"
            if len(drawn) > 1
            else f"Figure {drawn[0].number}"
        shell:
            "{params.cartpk} figure {params.config:q} --results {params.results:q} {params.ids} > {log:q} 2>&1"


rule report:
    input:
        f"{RESULTS}/adsl.csv",
        f"{RESULTS}/adnca.csv",
        f"{RESULTS}/findings.csv",
        f"{RESULTS}/work/inputs.json",
        rules.tables.output,
        EXPORTS,
        expand(f"{RESULTS}/figures/{{id}}.{{suffix}}", id=wanted(TRIAL), suffix=FIGURE_FILES),
    output:
        page=report(
            f"{RESULTS}/report.html", caption="../report/page.rst", category="Report", labels={"file": "report.html"}
        ),
    log:
        f"{RESULTS}/log/report.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings(),
        code=code_hash("cartpk.cli.report", "cartpk.report.*"),
    message:
        "Report {output.page}"
    shell:
        "{params.cartpk} report {params.config:q} --results {params.results:q} > {log:q} 2>&1"


# the last one: what is listed is what the run has
rule manifest:
    input:
        rules.report.output,
        rules.report.input,
    output:
        manifest=report(
            f"{RESULTS}/manifest.json",
            caption="../report/manifest.rst",
            category="Audit",
            labels={"file": "manifest.json"},
        ),
        log=f"{RESULTS}/rule_log.jsonl",
    log:
        f"{RESULTS}/log/manifest.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings(),
        code=code_hash("cartpk.cli.manifest"),
    message:
        "Manifest {output.manifest}"
    shell:
        "{params.cartpk} manifest {params.config:q} --results {params.results:q} > {log:q} 2>&1"
