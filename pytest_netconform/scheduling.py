"""xdist: the checks of all targets that want the same port stay on one worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling


class PortScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Each item is a scope of its own, but for those of targets with a hard-coded port."""

    def __init__(self, config: pytest.Config, log: Any, ports: Mapping[str, int]) -> None:
        super().__init__(config, log)
        self._ports = ports

    def _split_scope(self, nodeid: str) -> str:
        target = nodeid.rpartition("[")[2].removesuffix("]")
        return f"port {self._ports[target]}" if target in self._ports else nodeid
