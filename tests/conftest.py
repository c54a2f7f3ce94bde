from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def keys_of_these_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes what belongs to the user who runs them."""
    pytest.MonkeyPatch().setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("user")))
