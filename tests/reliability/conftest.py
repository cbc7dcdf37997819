"""Three stores and one backend for the reliability tests."""

import pytest

from tests.reliability.faulty_stores import faulty_stores


@pytest.fixture(scope="package")
def stores():
    with faulty_stores() as stores:
        yield stores
