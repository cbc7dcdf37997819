"""What these tests share."""

import pytest


@pytest.fixture(scope="session")
def chelsea(photos) -> bytes:
    return (photos / "chelsea.png").read_bytes()
