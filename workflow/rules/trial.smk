# one trial: its rules, and what its run must have
try:
    TRIAL: TrialConfig = load(CONFIG)
except ConfigError as error:
    raise WorkflowError(str(error)) from None
if missing := missing_files(TRIAL, CONFIG):
    raise WorkflowError("a data file is missing:\n" + "\n".join(f"  {p}" for p in missing))

RESULTS = f"results/{TRIAL.trial.id}"
RUNS = [RESULTS]
# a run that was killed leaves Snakemake's locks behind, and may leave half of what somebody else wrote
try:
    if lock.clear(Path(RESULTS)):
        print(f"An earlier run of {TRIAL.trial.id} was killed; it is gone on with.", file=sys.stderr)
except lock.BusyError as busy:
    print(busy, file=sys.stderr)  # Snakemake can only guess; a dry run may look on
if damage := seals.damaged(Path(RESULTS)):
    raise WorkflowError("\n".join(map(str, damage)))


include: "common.smk"
include: "ingest.smk"
include: "analysis.smk"
include: "exports.smk"
include: "outputs.smk"


# every file by its name: of a file that is not asked for, Snakemake does not miss it when a failed job has taken it away
TARGETS = [
    rules.ingest.output,
    rules.kinetics.output,
    rules.models.output,
    rules.pharmacodynamics.output,
    rules.clinical.output,
    rules.tables.output,
    rules.report.input,
    rules.report.output,
    rules.manifest.output,
    EXPORTS,
]
