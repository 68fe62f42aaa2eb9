# one trial: its rules, and what its run must have
try:
    TRIAL: TrialConfig = load(CONFIG)
except ConfigError as error:
    raise WorkflowError(str(error)) from None
if missing := missing_files(TRIAL, CONFIG):
    raise WorkflowError("a data file is missing:\n" + "\n".join(f"  {p}" for p in missing))

RESULTS = f"results/{TRIAL.trial.id}"
TARGETS = [f"{RESULTS}/report.html", f"{RESULTS}/manifest.json"]
TARGETS += [f"{RESULTS}/exports"] if TRIAL.report.exports else []
# a run that was killed leaves Snakemake's locks behind, and may leave half of what somebody else wrote
if left := run_lock.clear(Path(RESULTS)):
    print(f"An earlier run of {TRIAL.trial.id} was killed; it is gone on with.", file=sys.stderr)
if damage := seals.damaged(Path(RESULTS)):
    raise WorkflowError("\n".join(map(str, damage)))


onstart:
    try:
        run_lock.hold(Path(RESULTS))
    except run_lock.BusyError as busy:
        raise WorkflowError(str(busy)) from None
    os.environ[STARTED_BY] = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


include: "common.smk"
include: "ingest.smk"
include: "analysis.smk"
include: "exports.smk"
include: "outputs.smk"
