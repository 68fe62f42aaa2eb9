"""The charting library as one file of this package, made once: ``python -m cartpk.report.charts.bundle``.

Run it anew where a newer ``vl-convert-python`` brings a newer Vega; the page then has that one. A page is never packed
when it is made: what a compressor writes differs between its builds, a file of the package does not.
"""

from __future__ import annotations

import gzip
import json
from typing import Final

from cartpk.files import write_bytes, write_text
from cartpk.report.charts.library import ABOUT, PACKED, digest

__all__ = ["joined", "main"]

_LICENCE: Final = "(c) University of Washington Interactive Data Lab and others, BSD-3-Clause licence."


def joined() -> tuple[str, str]:
    """Name and script of Vega, Vega-Lite and Vega-Embed as ``vl-convert-python`` carries them."""
    import vl_convert  # noqa: PLC0415 - joining takes seconds, and only this file needs it

    versions = (
        vl_convert.get_vega_version(),
        vl_convert.get_vegalite_versions()[-1],
        vl_convert.get_vega_embed_version(),
    )
    name = "Vega {}, Vega-Lite {}, Vega-Embed {}".format(*versions)
    # its own scope: the bundle declares names of one letter
    bundle = f"(() => {{\n{vl_convert.javascript_bundle()}\n}})();"  # type: ignore[call-arg]
    return name, f"/* {name}: {_LICENCE} */\n{bundle}"


def main() -> None:
    """Write the packed library and what it is."""
    name, script = joined()
    write_bytes(PACKED, gzip.compress(script.encode("utf-8"), 9, mtime=0))
    write_text(ABOUT, json.dumps({"name": name, "sha256": digest(script)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
