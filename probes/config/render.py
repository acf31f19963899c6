"""The plain form as YAML that loads again. Secrets appear as the reference they came from, or as the mask."""

import re
from decimal import Decimal
from typing import Any

import yaml

from probes.config.node import Node
from probes.model import Secret

_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


class _Dumper(yaml.SafeDumper):
    """Everything spelled out: no anchors; decimals as they were written."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
        return True


_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", f"{value:f}")
)


def rendered(tree: Node) -> str:
    """The text of a tree."""
    return yaml.dump(
        _plain(tree), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        entries = {}
        for key, inner in node.table.items():
            from_file = inner.secret_file is not None
            entries[f"{key}_file" if from_file else key] = inner.secret_file if from_file else _plain(inner)
        return entries
    if isinstance(node.value, list):
        return [_plain(item) for item in node.items]
    return _scalar(node)


def _scalar(node: Node) -> Any:
    if node.secret and node.value not in ("", None):
        whole = node.raw is not None and _REFERENCE.fullmatch(node.raw)
        return node.raw if whole else Secret.MASK
    if node.raw is not None:
        return node.raw
    return node.value.replace("${", "$${") if isinstance(node.value, str) else node.value
