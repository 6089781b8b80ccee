"""Makes a module of this package the very module of `swell` that it stands for."""

import sys
from types import ModuleType


def alias(name: str, module: ModuleType) -> None:
    """Let `import name` give `module` itself, so that both names share one state."""
    sys.modules[name] = module
