# cartpk: from a trial's raw series to results/<trial>/report.html.
#   snakemake --cores 4                                                the default trial, config/config.yaml
#   snakemake --cores 4 --configfile config/trials/NCT04480788.yaml    another trial, and nothing of the default one
#   snakemake --cores 4 --configfile config/portfolio.yaml             several trials side by side
import os
import shlex
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

try:
    from cartpk.runs import lock, progress, seals
    from cartpk.cli.manifest import STARTED_BY
    from cartpk.cli.run import CORES
    from cartpk.config import ConfigError, TrialConfig, is_portfolio, load, missing_files
except ImportError as error:
    raise WorkflowError(
        f"cartpk is not installed for {sys.executable} ({error}): run `make setup` or `pip install -e .`"
    ) from None

AS_MODULE = len(workflow.modifier_stack) > 1  # docs/how_to/use_as_module.md
# `configfile:` would be MERGED with --configfile: the default trial would leak into the other
if not AS_MODULE and not workflow.configfiles:

    configfile: "config/config.yaml"


if AS_MODULE and set(config) != {"configfile"}:
    raise WorkflowError(
        'as a module, name the trial: `config: {"configfile": "mytrial.yaml"}`. All other settings live in that file.'
    )
if not AS_MODULE and workflow.config_settings.config:
    raise WorkflowError(
        "--config is not used here: settings live in the trial's YAML, where they leave a trace. Copy it and pass --configfile."
    )
if not AS_MODULE and len(workflow.configfiles) > 1:
    raise WorkflowError(
        f"one --configfile at a time: settings of several would merge ({', '.join(map(str, workflow.configfiles))})"
    )

# Snakemake makes the name absolute; results must not depend on where the project lies
CONFIG = Path(config["configfile"] if AS_MODULE else workflow.configfiles[0])
CONFIG = CONFIG.relative_to(Path.cwd()) if CONFIG.is_relative_to(Path.cwd()) else CONFIG
# without an activated environment; a parameter of every rule, since the shell of a module knows no names of its Snakefile
CARTPK = f"{shlex.quote(sys.executable)} -m cartpk"

if not AS_MODULE:

    report: "workflow/report/workflow.rst"


if not AS_MODULE and is_portfolio(CONFIG):

    include: "workflow/rules/portfolio.smk"

else:

    include: "workflow/rules/trial.smk"


rule all:
    default_target: True
    input:
        TARGETS,
    message:
        "Everything is there"


onsuccess:
    # `cartpk run` says it itself
    if CORES not in os.environ:
        print(f"{RESULTS}/report.html", file=sys.stderr)


onerror:
    # `cartpk run` has told each failure as it came
    if CORES not in os.environ:
        texts = [progress.read_log(name) for name in ([log] if isinstance(log, str) else log)]
        print("\n".join(progress.failures("\n".join(texts), progress.read_log)), file=sys.stderr)


onstart:
    try:
        for run in RUNS:
            lock.hold(Path(run))
    except (lock.BusyError, lock.UnwritableError) as error:
        raise WorkflowError(str(error)) from None
    os.environ[STARTED_BY] = shlex.join(["snakemake", *sys.argv[1:]])
