"""What the page prints of its own origin: versions, hashes, command; no clock."""

from __future__ import annotations

from dataclasses import dataclass

from cartpk.config import TrialConfig
from cartpk.provenance import FileRecord, Source, canonical_json, package_versions, sha256_text, source

__all__ = ["Provenance", "provenance_of"]


@dataclass(frozen=True)
class Provenance:
    """Where the page comes from.

    Attributes
    ----------
    source, packages
        The program, and the versions beneath it as one line.
    config_file, config_sha256, settings_sha256
        Name and hash of the config file; hash of every setting as resolved.
    command
        Command line that makes the page.
    inputs
        Records of the trial's input files.
    """

    source: Source
    packages: str
    config_file: str
    config_sha256: str
    settings_sha256: str
    command: str
    inputs: tuple[FileRecord, ...]

    @property
    def config(self) -> dict[str, str]:
        """Name and hashes of the config, as the manifest has them."""
        return {
            "file": self.config_file,
            "sha256": self.config_sha256,
            "settings_sha256": self.settings_sha256,
        }


def provenance_of(config: TrialConfig, file: FileRecord, inputs: tuple[FileRecord, ...], command: str) -> Provenance:
    """The origin of a page.

    Parameters
    ----------
    config
        The trial's settings as resolved.
    file
        Record of the config file they were read from.
    inputs
        Records of the trial's input files.
    command
        Command line that makes the page.
    """
    # not Python's own version: the manifest has it, and the page is the same by any of them
    versions = package_versions()
    return Provenance(
        source=source(),
        packages=", ".join(f"{name} {version}" for name, version in versions.items()),
        config_file=file.path,
        config_sha256=file.sha256,
        settings_sha256=sha256_text(canonical_json(config.model_dump(mode="json"))),
        command=command,
        inputs=inputs,
    )
