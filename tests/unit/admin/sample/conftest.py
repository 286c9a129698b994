from datetime import date

import pytest

from admin.sample import Sample, build

TODAY = date(2026, 11, 23)
SEED = 20261123


@pytest.fixture(scope="session")
def sample() -> Sample:
    return build(SEED, TODAY)
