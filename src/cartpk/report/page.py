"""The page: everything a run has to say, put into one file that needs no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cartpk.config import TrialConfig
from cartpk.figures.registry import FIGURES
from cartpk.report import assets
from cartpk.report.beside import beside
from cartpk.report.caveats import STATEMENT, cautions, limitations
from cartpk.report.charts.chart import Chart
from cartpk.report.charts.library import digest, library
from cartpk.report.charts.registry import make_charts
from cartpk.report.choices import printed, settings
from cartpk.report.completeness import completeness
from cartpk.report.exclusions import exclusions
from cartpk.report.figures import read_drawn
from cartpk.report.issues import Findings, group_findings
from cartpk.report.key_results import key_results
from cartpk.report.methods import methods
from cartpk.report.model_results import model_results
from cartpk.report.origin import Provenance
from cartpk.report.packed import block
from cartpk.report.page_data import listed, page_data
from cartpk.report.parts import PARTS
from cartpk.report.prose import Section
from cartpk.report.record import heading, record, sentence
from cartpk.report.run_files import RunFiles
from cartpk.shown import of_shown, shown
from cartpk.terms import NOT_STATED

__all__ = ["OutlineItem", "css_string", "policy", "render"]

_TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class OutlineItem:
    """One entry of the outline and those below it."""

    id: str
    title: str
    number: str = ""
    items: tuple[OutlineItem, ...] = ()


@dataclass(frozen=True)
class _Head:
    """What stands at the top of the page and beside it."""

    trial: str
    product: str
    heading: tuple[str, ...]
    sentence: str
    synthetic: bool
    data_cut: str | None
    outline: tuple[OutlineItem, ...]


def render(config: TrialConfig, run: RunFiles, provenance: Provenance) -> str:
    """The text of ``report.html``: the same bytes for the same run, without a clock.

    Parameters
    ----------
    config
        The trial.
    run
        Its tables and figures.
    provenance
        Versions and hashes to print.
    """
    findings, sections = group_findings(run.data.findings), methods(config)
    style, script, vega = _stylesheet(config), assets.script(PARTS), library()
    single = _single(run, config)
    models, charts = model_results(run.data, config), _charts(run, config)
    template = _environment().get_template("page.html.j2")
    return template.render(
        page=_head(config, run, findings, sections, models),
        key=key_results(run.data, run.tables, config),
        cautions=cautions(run.data, config),
        completeness=completeness(run.data, config),
        record=record(config),
        figures=run.figures,
        tables=[t for t in run.tables if not t.is_listing],
        listings=[t for t in run.tables if t.is_listing],
        findings=findings,
        outside=exclusions(run.data),
        methods=sections,
        models=models,
        limitations=limitations(config),
        provenance=provenance,
        beside=beside(config),
        as_pdf="pdf" in config.report.exports,
        statement=STATEMENT,
        settings=[(path, printed(value)) for path, value, _ in settings(config)],
        not_stated=NOT_STATED,
        policy=policy(style, digest(script), vega.sha256),
        parts=PARTS,
        charts=charts,
        library=vega,
        # our own text, hashed in the policy, and JSON without a "<": the only markup that is not escaped
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        data=Markup(_data(single, config, charts)),  # noqa: S704
        **{part.key: part.words(single, config) for part in PARTS},
    )


def _single(run: RunFiles, config: TrialConfig) -> RunFiles:
    """What the page's scripts have: subjects one by one; of very many a sample, without what is made of everybody."""
    data = of_shown(run.data, config)
    if data is run.data:
        return run
    return RunFiles(data, run.figures, tuple(table for table in run.tables if table.is_listing))


def _charts(run: RunFiles, config: TrialConfig) -> dict[str, Chart]:
    cut = len(shown(run.data.adsl["USUBJID"], config)) < len(run.data.adsl)
    files = {
        figure.id: figure.data
        for figure in run.figures
        if not figure.empty_reason and (FIGURES[figure.id].each_subject or not cut)
    }
    # a chart of everybody cannot be made of a sample: such a figure stays a picture
    return make_charts(of_shown(run.data, config), config, list(files), lambda name: read_drawn(files[name]))


def _data(run: RunFiles, config: TrialConfig, charts: Mapping[str, Chart]) -> str:
    """The page's data block with that of its charts and parts, as JSON."""
    made = page_data(run.data, config)
    tables = cast("dict[str, object]", made["tables"])
    for chart in charts.values():
        tables.update(chart.tables)
    made["listings"] = listed(run.tables)
    made["charts"] = {name: chart.as_json() for name, chart in charts.items()}
    return block(made | {part.key: part.data(run.data, config) for part in PARTS})


def _head(
    config: TrialConfig, run: RunFiles, findings: Findings, sections: Sequence[Section], models: Section | None
) -> _Head:
    return _Head(
        trial=config.trial.id,
        product=config.product.name,
        heading=heading(config),
        sentence=sentence(config, len(run.data.adsl)),
        synthetic=config.report.synthetic,
        data_cut=config.report.data_cut,
        outline=_outline(run, findings, sections, models),
    )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([_TEMPLATES, *(part.folder for part in PARTS)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def policy(style: str, *scripts: str) -> str:
    """The content security policy: nothing is loaded, only this style and these scripts run, none makes code of text.

    Parameters
    ----------
    style
        The page's style.
    scripts
        :func:`~cartpk.report.charts.library.digest` of each script.

    Examples
    --------
    >>> policy("a", "sha256-b").split("; ")[:2]
    ["default-src 'none'", 'img-src data:']
    """
    parts = (
        "default-src 'none'",
        "img-src data:",
        f"style-src '{digest(style)}'",
        "script-src " + (" ".join(f"'{script}'" for script in scripts) or "'none'"),
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(parts)


def css_string(text: str) -> str:
    r"""A text as a CSS string: everything but letters, digits and blanks as an escape.

    Examples
    --------
    >>> print(css_string('NCT1 "x" </style>'))
    "NCT1 \22 x\22  \3c \2f style\3e "
    """
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'


def _stylesheet(config: TrialConfig) -> str:
    """The page's style, with the running heads of the printed pages."""
    left = f"{config.trial.id} · {config.product.name}"
    right = "Synthetic data" if config.report.synthetic else ""
    paper = f"""
@page {{
  size: A4;
  margin: 18mm 16mm 16mm;
  @top-left {{ content: {css_string(left)}; font: 8pt sans-serif; color: #52606d; }}
  @top-right {{ content: {css_string(right)}; font: bold 8pt sans-serif; color: #9a3412; }}
  @bottom-right {{ content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #52606d; }}
}}
@page wide {{ size: A4 landscape; }}
"""
    return assets.style(PARTS) + paper


def _outline(
    run: RunFiles, findings: Findings, sections: Sequence[Section], models: Section | None
) -> tuple[OutlineItem, ...]:
    figures = tuple(OutlineItem(f.anchor, f.title, f.number) for f in run.figures)
    tables = tuple(OutlineItem(t.anchor, t.title, t.number) for t in run.tables if not t.is_listing)
    listings = tuple(OutlineItem(t.anchor, t.title, t.number) for t in run.tables if t.is_listing)
    items = [
        OutlineItem("glance", "At a glance"),
        OutlineItem("trial", "The trial"),
        *([OutlineItem("models", models.title)] if models else []),
        OutlineItem("figures", "Figures", items=figures),
        OutlineItem("tables", "Tables", items=tables),
        *([OutlineItem("listings", "Listings", items=listings)] if listings else []),
        *(OutlineItem(part.key, part.title) for part in PARTS if part.title),
        OutlineItem("findings", f"Findings ({sum(g.count for g in findings.groups)})"),
        OutlineItem("methods", "Methods", items=tuple(OutlineItem(f"methods-{s.key}", s.title) for s in sections)),
        OutlineItem("limitations", "Limitations"),
        OutlineItem("provenance", "Provenance"),
    ]
    return tuple(items)
