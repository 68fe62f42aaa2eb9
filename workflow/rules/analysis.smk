# typed tables -> parameter rows, derived clinical tables
from cartpk.clinical import DERIVATIONS, required_files
from cartpk.fits.shares import fitted_models

POPULATION = [".json", "_fit.json", ".csv"]  # models.population
POPULATION += ["_individuals.csv", "_trace.csv", "_samples.csv", "_vpc.csv"]
POPULATION += ["_covariates.csv", "_screening.csv", "_correlations.csv", "_plan.csv"]


rule kinetics:
    input:
        adnca=f"{RESULTS}/adnca.csv",
        adsl=f"{RESULTS}/adsl.csv",
        adpd=f"{RESULTS}/adpd.csv",
        findings=f"{RESULTS}/work/findings_ingest.csv",
        decisions=TRIAL.nca.files(),
    output:
        f"{RESULTS}/work/adpp_nca.csv",
        f"{RESULTS}/work/lambda_z.csv",
        f"{RESULTS}/work/marrow_ratio.csv",
        f"{RESULTS}/work/derived_units.csv",
        f"{RESULTS}/work/findings.csv",
        report(
            f"{RESULTS}/findings.csv",
            caption="../report/findings.rst",
            category="Audit",
            labels={"file": "findings.csv"},
        ),
    log:
        f"{RESULTS}/log/kinetics.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings("nca", "analytes", "dosing", "product"),
        contents=contents(TRIAL.nca.files()),
        code=code_hash("cartpk.cli.kinetics"),
    message:
        "Non-compartmental analysis"
    shell:
        "{params.cartpk} kinetics {params.config:q} --results {params.results:q} > {log:q} 2>&1"


FITS = ["adpp_model", "predictions", "fits", "model_samples", "model_profiles"]


# the subjects' fits, shared among jobs: with one job, the rule `models` does them itself
scattergather:
    fits=TRIAL.scale.jobs,


if TRIAL.scale.jobs > 1:

    rule fits:
        input:
            adnca=f"{RESULTS}/adnca.csv",
            adsl=f"{RESULTS}/adsl.csv",
        output:
            expand(
                f"{RESULTS}/work/shares/{{file}}_{{model}}_{{{{scatteritem}}}}.csv",
                file=FITS,
                model=fitted_models(TRIAL),
            ),
        log:
            f"{RESULTS}/log/fits_{{scatteritem}}.log",
        params:
            cartpk=CARTPK,
            config=CONFIG,
            results=RESULTS,
            settings=settings("models", "analytes", "pharmacodynamics", "scale"),
            code=code_hash("cartpk.cli.models", "cartpk.models.*"),
        message:
            "Kinetic models, subjects {wildcards.scatteritem}"
        shell:
            "{params.cartpk} models {params.config:q} --results {params.results:q} --share {wildcards.scatteritem:q} > {log:q} 2>&1"


rule models:
    input:
        adnca=f"{RESULTS}/adnca.csv",
        adsl=f"{RESULTS}/adsl.csv",
        shares=gather.fits(rules.fits.output) if TRIAL.scale.jobs > 1 else [],
    output:
        expand(f"{RESULTS}/work/{{file}}.csv", file=[*FITS, "model_choice"]),
        *(expand(f"{RESULTS}/work/population{{part}}", part=POPULATION) if TRIAL.models.population else []),
    log:
        f"{RESULTS}/log/models.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings("models", "analytes", "pharmacodynamics", "scale"),
        code=code_hash("cartpk.cli.models", "cartpk.models.*"),
        gather=f"--gather {TRIAL.scale.jobs}" if TRIAL.scale.jobs > 1 else "",
    message:
        "Kinetic models"
    shell:
        "{params.cartpk} models {params.config:q} --results {params.results:q} {params.gather} > {log:q} 2>&1"


rule pharmacodynamics:
    input:
        adpd=f"{RESULTS}/adpd.csv",
        adsl=f"{RESULTS}/adsl.csv",
        kinetics=[f"{RESULTS}/work/predictions.csv"] if TRIAL.pharmacodynamics.dynamics else [],
    output:
        f"{RESULTS}/work/adpp_pd.csv",
        f"{RESULTS}/work/pd_change.csv",
        *([f"{RESULTS}/work/pd_curves.csv", f"{RESULTS}/work/pd_fits.csv"] if TRIAL.pharmacodynamics.dynamics else []),
    log:
        f"{RESULTS}/log/pd.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings("pharmacodynamics", "analytes", "models"),
        code=code_hash("cartpk.cli.pd"),
    message:
        "CD7+ cell counts"
    shell:
        "{params.cartpk} pd {params.config:q} --results {params.results:q} > {log:q} 2>&1"


rule clinical:
    input:
        [f"{RESULTS}/{name}" for name in required_files()],
    output:
        [f"{RESULTS}/{entry.file}" for entry in DERIVATIONS.values()],
    log:
        f"{RESULTS}/log/clinical.log",
    params:
        cartpk=CARTPK,
        config=CONFIG,
        results=RESULTS,
        settings=settings(),
        code=code_hash("cartpk.cli.clinical", "cartpk.clinical.*"),
    message:
        "Response, survival, safety"
    shell:
        "{params.cartpk} clinical {params.config:q} --results {params.results:q} > {log:q} 2>&1"
