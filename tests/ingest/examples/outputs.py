"""Examples of what goes through to the outputs: formulas, markup, files that change (BI-092, BI-093)."""

import hashlib
from types import SimpleNamespace

import jinja2

from cartpk.files import write_published
from cartpk.ingest.changes import list_changed
from cartpk.ingest.findings import Findings

MARKUP = "<script>alert(1)</script> & co"
EXCLUDE = {"column": "NOTE", "contains": "&", "reason": f"marked {MARKUP}"}


def with_texts(subject, note):
    def read(t):
        cells = {(i, "SUBJECT"): subject for i in range(72) if (i // 8) % 3 == 0}
        intake = t.tidy(cells | {(None, "NOTE"): "", (3, "NOTE"): note}, settings={"data": {"exclude": [EXCLUDE]}})
        write_published(t.folder / "adsl_out.csv", intake.adsl)
        guarded = (t.folder / "adsl_out.csv").read_text(encoding="utf-8")
        page = (
            jinja2.Environment(autoescape=True)
            .from_string("{{ text }}")
            .render(text=intake.adnca["ANLRS"].dropna().iloc[0])
        )
        return SimpleNamespace(**vars(intake), guarded=guarded, page=page, subject=subject)

    return read


def kept_and_guarded(see):
    """The subject is itself in the data; in a table for people a formula is text; the page holds no markup."""
    ids = set(see.intake.adsl["USUBJID"])
    printed = see.intake.subject if see.intake.subject[0] != "=" else f"'{see.intake.subject}"
    return (
        see.intake.subject in ids
        and f",{printed}," in see.intake.guarded
        and "<script" not in see.intake.page
        and "&lt;script&gt;" in see.intake.page
        and see.row(3)["ANLRS"] == EXCLUDE["reason"]
    )


def changed(text):
    """The trial whose file has this text added after it was read."""

    def read(t):
        intake = t.tidy()
        path = t.folder / "data.csv"
        before = hashlib.sha256(path.read_bytes()).hexdigest()
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
        findings = Findings()
        list_changed({"data.csv": before}, {"data.csv": hashlib.sha256(path.read_bytes()).hexdigest()}, findings)
        return SimpleNamespace(**vars(intake) | {"findings": findings.table(), "stops": findings.stops})

    return read


EXAMPLES = {"BI-093": {"found": changed("S-01,90,90,CAR transgene,1,copies/ug,50,1e8\n"), "clean": changed("")}}
ACCEPTED = {
    "BI-092": {
        "found": with_texts("=1+1", MARKUP),
        "clean": with_texts("S-01", MARKUP),
        "output": kept_and_guarded,
    },
}
