"""Shared data and strategies of the NCA tests."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[4] / "shared"


@pytest.fixture(scope="session")
def reference() -> Path:
    """Reference data that are not part of the project."""
    folder = SHARED / "reference"
    if not folder.is_dir():
        pytest.skip("the reference data (../shared/reference) are not here")
    return folder
