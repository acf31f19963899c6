"""The Plan, and the rules that hold between sections."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probes.config.build.channel import channel
from probes.config.build.price import caps
from probes.config.build.provider import provider
from probes.config.build.references import check_references
from probes.config.build.warnings import warnings
from probes.config.node import Node, fail
from probes.config.scalars import slug
from probes.config.schema import FullDocument, TotalBudget
from probes.config.shown import quoted
from probes.config.urls import on_loopback
from probes.model import Caps, Channel, Plan, Provider


def plan(path: Path, document: FullDocument, tree: Node, *, fingerprint: str, notes: tuple[str, ...]) -> Plan:
    """The whole configuration. Raises ConfigError where sections contradict each other."""
    _check_listeners(document, tree)
    providers = {
        name: provider(name, entry, document, tree.at("providers", name))
        for name, entry in document.providers.items()
    }
    channels = _channels(document, tree)
    check_references(document, tree)
    total = document.budget if isinstance(document.budget, TotalBudget) else None
    total_caps = caps(total, document.rates, tree.at("budget")) if total else Caps()
    if total is not None:
        _check_capped(total_caps, providers, channels, tree)
    return Plan(
        path=path,
        fingerprint=fingerprint,
        vantage=document.vantage,
        data_dir=document.data_dir,
        public=document.listen.public,
        ops=document.listen.ops,
        providers=providers,
        channels=channels,
        caps=total_caps,
        unlimited=total is None,
        refuse_on_exceed=total is not None and total.on_exceed == "refuse",
        budget_zone=total.zone if total else "UTC",
        rate_limited_excluded=document.uptime.rate_limited == "excluded",
        probers=document.probers,
        retention_s=document.retention.results,
        read_token=document.ops.read_token,
        admin_token=document.ops.admin_token,
        metrics_detail=document.metrics.detail,
        metrics_labels=tuple(document.metrics.labels),
        publishing=_publishing(document),
        warnings=(*notes, *warnings(document)),
    )


def _check_listeners(document: FullDocument, tree: Node) -> None:
    public, ops = document.listen.public, document.listen.ops
    where = tree.at("listen", "ops")
    if public == ops and ops.port:
        fail(where, f"{where.shown} is the address of listen.public, too; choose another port")
    tokens = (document.ops.read_token, document.ops.admin_token)
    if not on_loopback(ops.host) and None in tokens:
        fail(where, f"{where.shown} leaves this machine; first set ops.read_token and ops.admin_token")


def _channels(document: FullDocument, tree: Node) -> dict[str, Channel]:
    found: dict[str, Channel] = {}
    seen: dict[str, Node] = {}
    for entry, node in zip(document.channels, tree.at("channels").items, strict=True):
        _check_unique(entry.id, node.at("id"), seen)
        found[entry.id] = channel(entry, document.rates, node)
    for entry, node in zip(document.channels, tree.at("channels").items, strict=True):
        view = found[entry.id].public
        if view is not None and view.title is not None:
            where = node.at("public", "as")
            public_id = slug(view.title)
            if not public_id:
                fail(
                    where, f"{where.shown} becomes the public id, and needs a letter a-z or a digit for that"
                )
            if public_id != entry.id:
                _check_unique(public_id, where, seen)
    return found


def _check_unique(name: str, where: Node, seen: dict[str, Node]) -> None:
    other = seen.setdefault(name, where)
    if other is not where:
        place = other.place
        taken = f"the id of a channel ({place.file.name}:{place.line})"
        fail(where, f"{quoted(name)} is already {taken}; choose another")


def _check_capped(
    total: Caps, providers: Mapping[str, Provider], channels: Mapping[str, Channel], tree: Node
) -> None:
    for found, node in zip(channels.values(), tree.at("channels").items, strict=True):
        nested = (total, providers[found.provider].caps, found.caps)
        if not found.price.free and not any(limit.limits for limit in nested):
            hint = "write budget: {per_day: 5.00} at the top, or budget: none to go without"
            fail(node, f"costs money, and nothing caps what may be spent; {hint}")


def _publishing(document: FullDocument) -> dict[str, Any]:
    sections: dict[str, Any] = {"page": document.page.model_dump(by_alias=True)}
    if document.influx is not None:
        sections["influx"] = document.influx.model_dump(by_alias=True, exclude_none=True)
    if document.notify is not None:
        sections["notify"] = document.notify.model_dump(by_alias=True, exclude_none=True)
    if document.maintenance:
        sections["maintenance"] = [
            entry.model_dump(by_alias=True, exclude_none=True) for entry in document.maintenance
        ]
    return sections
