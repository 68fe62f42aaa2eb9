"""Examples of signed decisions on records (``data.corrections``)."""

HEAD = "ACTION,FILE,ROW,USUBJID,TIME,ANALYTE,FIELD,OLD,NEW,WHO,WHEN,WHY"
SIGNED = "A. Chen,2031-02-03,typing error in the source"
WITH = {"data": {"corrections": "decisions.csv"}}
LINE_5 = "correct,data.csv,5,,,,VALUE,20400,2040,"


def decided(*rows, head=HEAD, **more):
    """The tidy trial with these decisions."""
    return lambda t: t.tidy(settings=WITH, files={"decisions.csv": "\n".join([head, *rows]) + "\n"}, **more)


def decided_sdtm(*rows):
    """The SDTM trial with these decisions."""
    return lambda t: t.sdtm(settings=WITH, files={"decisions.csv": "\n".join([HEAD, *rows]) + "\n"})


CLEAN = decided(LINE_5 + SIGNED)

EXAMPLES = {
    "CP-200": {"found": decided("correct", head="ACTION"), "clean": CLEAN},
    "CP-201": {"found": decided(LINE_5 + "A. Chen,3.2.2031,"), "clean": CLEAN},
    "CP-202": {"found": decided("correct,data.csv,5,,,,VALUE,20400,," + SIGNED), "clean": CLEAN},
    "CP-203": {"found": decided(LINE_5.replace(",5,", ",500,") + SIGNED), "clean": CLEAN},
    "CP-204": {
        "found": decided("exclude,,,S-01,7,,,,," + SIGNED),
        "clean": decided("exclude,,,S-01,7,CAR transgene,,,," + SIGNED),
    },
    "CP-205": {"found": decided("correct,data.csv,5,,,,VALEU,20400,2040," + SIGNED), "clean": CLEAN},
    "CP-206": {"found": decided("correct,data.csv,5,,,,VALUE,20401,2040," + SIGNED), "clean": CLEAN},
    "CP-207": {
        "found": decided(LINE_5 + SIGNED, "exclude,data.csv,5,,,,,,," + SIGNED),
        "clean": decided(LINE_5 + SIGNED, "correct,data.csv,5,,,,LLOQ,50,40," + SIGNED),
    },
    "CP-208": {
        "found": decided(LINE_5 + SIGNED),
        "clean": decided(),
        "output": lambda see: see.row(3)["AVAL"] == 2040 and see.row(3)["AVALC"] == "20400",
    },
    "CP-209": {
        "found": decided("exclude,,,S-01,7,car TRANSGENE,VALUE,20400,," + SIGNED),
        "clean": decided(),
        "output": lambda see: see.row(3)["ANLFL"] == "N" and see.used("S-01") == 23,
    },
    "CP-210": {
        "found": decided("exclude_subject,,,S-02,,,,,," + SIGNED),
        "clean": decided(),
        "output": lambda see: see.used("S-02") == 0 and see.subject("S-02")["PKFL"] == "N",
    },
    "CP-211": {
        "found": decided_sdtm("exclude,ex.csv,2,,,,,,," + SIGNED),
        "clean": decided_sdtm("exclude,pc.csv,2,,,,,,," + SIGNED),
    },
    "CP-212": {
        "found": decided_sdtm("correct,pc.csv,5,,,,PCORRES,20400,2040," + SIGNED),
        "clean": decided_sdtm(
            "correct,pc.csv,5,,,,PCORRES,20400,2040," + SIGNED, "correct,pc.csv,5,,,,PCSTRESC,20400,2040," + SIGNED
        ),
    },
}
