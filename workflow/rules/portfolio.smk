# several trials side by side: each is the workflow of its own configuration, taken in as a module
from cartpk.config import load_portfolio
from cartpk.portfolio.members import FILES
from cartpk.runs.fingerprints import code_hash

try:
    PORTFOLIO, TRIALS = load_portfolio(CONFIG)
except ConfigError as error:
    raise WorkflowError(str(error)) from None
RESULTS = f"results/{PORTFOLIO.portfolio.id}"
TARGETS = [f"{RESULTS}/report.html"]
RUNS = [f"results/{trial.trial.id}" for trial in TRIALS.values()]

for number, file in enumerate(TRIALS, 1):
    NAME = f"trial{number}_"

    module:
        name: NAME
        snakefile:
            "../../Snakefile"
        config:
            {"configfile": file}

    use rule * from NAME as NAME*


rule portfolio:
    input:
        expand("{run}/{name}", run=RUNS, name=[*FILES, "findings.csv", "report.html", "manifest.json"]),
    output:
        page=f"{RESULTS}/report.html",
        values=f"{RESULTS}/values.csv",
        figures=directory(f"{RESULTS}/figures"),
        tables=directory(f"{RESULTS}/tables"),
    log:
        f"{RESULTS}/log/portfolio.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        settings=PORTFOLIO.model_dump_json(),
        code=code_hash("cartpk.cli.portfolio", "cartpk.portfolio.*"),
    message:
        "Portfolio {output.page}"
    shell:
        "{params.cartpk} portfolio {params.config:q} --results results > {log:q} 2>&1"
