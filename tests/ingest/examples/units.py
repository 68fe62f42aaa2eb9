"""Examples of units."""

CAR = "CAR transgene"
LLOQ_UNIT = {"data": {"columns": {"lloq_unit": "LU"}}}

EXAMPLES = {
    "BI-021": {
        "found": lambda t: t.tidy({(3, "UNIT"): "copies/mL"}),
        "clean": lambda t: t.tidy({(3, "UNIT"): "copies/ug"}),
        "output": lambda see: "copies/mL instead of copies/ug" in see.found["MESSAGE"].iloc[0],
    },
    "BI-022": {
        "found": lambda t: t.tidy({(3, "UNIT"): ""}, settings={"analytes": [{"code": "CAR", "label": CAR}]}),
        "clean": lambda t: t.tidy(settings={"analytes": [{"code": "CAR", "label": CAR}]}),
    },
    "BI-023": {
        "found": lambda t: t.tidy({(3, "UNIT"): "拷贝/μg"}),
        "clean": lambda t: t.tidy({(3, "UNIT"): "copies/ug"}),
        "output": lambda see: see.row(3)["AVALU"] == "copies/ug" and see.row(3)["AVAL"] == 20400,
    },
    "BI-024": {
        "found": lambda t: t.tidy({(3, "UNIT"): "copies/200 ng DNA"}),
        "clean": lambda t: t.tidy(
            {(i, "UNIT"): "copies/200 ng DNA" for i in range(24)},
            settings={"analytes": [{"code": "CAR", "label": CAR, "unit": "copies/200 ng DNA"}]},
        ),
    },
    "BI-025": {
        "found": lambda t: t.tidy({(None, "LU"): "copies/mL"}, settings=LLOQ_UNIT),
        "clean": lambda t: t.tidy(
            {(i, "LU"): ("copies/ug", "cells/uL", "%")[i // 24] for i in range(72)}, settings=LLOQ_UNIT
        ),
    },
    "BI-026": {
        "found": lambda t: t.tidy({(i, "VALUE"): "0.5" for i in range(48, 72)}),
        "clean": lambda t: t.tidy({(i, "VALUE"): "0.5" for i in range(49, 72)}),
        "output": lambda see: see.row(50)["AVAL"] == 0.5,
    },
    "CP-040": {
        "found": lambda t: t.tidy({(3, "UNIT"): ""}),
        "clean": lambda t: t.tidy({(3, "UNIT"): "copies/ug"}),
    },
    "CP-041": {
        "found": lambda t: t.tidy({(3, "UNIT"): "cp/ug"}, settings={"intake": {"units": {"cp/ug": "copies/ug"}}}),
        "clean": lambda t: t.tidy(settings={"intake": {"units": {"cp/ug": "copies/ug"}}}),
    },
    "CP-042": {
        "found": lambda t: t.tidy({(25, "UNIT"): "10^9/L", (25, "VALUE"): "0.31", (25, "LLOQ"): "0.001"}),
        "clean": lambda t: t.tidy({(25, "UNIT"): "cells/uL", (25, "VALUE"): "310"}),
    },
}
ACCEPTED = {
    "BI-076": {
        "found": lambda t: t.tidy({(25, "UNIT"): "×10⁹/L", (25, "VALUE"): "0.31", (25, "LLOQ"): "0.001"}),
        "clean": lambda t: t.tidy({(25, "UNIT"): "cells/uL", (25, "VALUE"): "310", (25, "LLOQ"): "1"}),
        "output": lambda see: (see.row(25)["AVAL"], see.row(25)["ALLOQ"], see.row(25)["AVALU"]) == (310, 1, "cells/uL"),
    },
}
