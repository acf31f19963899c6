"""Which fields a probe has: built-in values, then `defaults`, profile, channel and the probe itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from probes.config.defaults import kinds_of
from probes.config.node import Node, fail
from probes.config.schema import ChannelFields, ProbeFields
from probes.config.shown import listed, quoted
from probes.model import IMAGE_KINDS, TEXT_KINDS, Kind, WireName

Fields = Mapping[str, Node]
_ONLY_FOR: Mapping[str, frozenset[Kind]] = {
    "max_tokens": TEXT_KINDS,
    "size": IMAGE_KINDS,
    "aspect_ratio": IMAGE_KINDS,
    "quality": IMAGE_KINDS,
    "poll": IMAGE_KINDS,
    "schema": frozenset({Kind.STRUCTURED}),
}
_OF_PROBES = frozenset(ProbeFields.written_keys())
_OF_CHANNELS = frozenset(ChannelFields.written_keys()) - _OF_PROBES - {"probes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One probe as its layers say: `own` was written for it alone, `inherited` is what fits of the rest."""

    name: str
    kind: Kind
    entry: Node
    own: Fields
    inherited: Fields

    @property
    def fields(self) -> dict[str, Node]:
        """What holds."""
        return {**self.inherited, **self.own}


def written(node: Node | None) -> dict[str, Node]:
    """The entries of a mapping that have a value."""
    return {key: inner for key, inner in node.table.items() if inner.value is not None} if node else {}


def channel_fields(profile: Node | None, channel: Node) -> dict[str, Node]:
    """What a channel says of itself, on top of what its profile says."""
    shared = {key: node for key, node in written(profile).items() if key in _OF_CHANNELS}
    return {**shared, **{key: node for key, node in written(channel).items() if key not in _OF_PROBES}}


def drafts(defaults: Node | None, profile: Node | None, channel: Node) -> list[Draft]:
    """The probes of a channel: its profile's, overridden by its own of the same name, then its other own."""
    shared: dict[str, Node] = {}
    for layer in (defaults, profile, channel):
        shared |= {key: node for key, node in written(layer).items() if key in _OF_PROBES}
    entries: dict[str, list[Node]] = {}
    for source in (profile, channel):
        for name, entry in _named(source, shared).items():
            entries.setdefault(name, []).append(entry)
    if not entries:
        fail(
            channel, "has no probes; write probes: [{kind: chat, every: 5m}], or use: a profile that has some"
        )
    return [_draft(name, nodes, shared) for name, nodes in entries.items()]


def _named(source: Node | None, shared: Fields) -> dict[str, Node]:
    """The entries of a list of probes by name, which is the kind where nothing else is said."""
    found: dict[str, Node] = {}
    probes = source.get("probes") if source else None
    for entry in probes.items if probes else ():
        name = entry.get("name") or entry.get("kind") or shared.get("kind")
        if name is None:
            fail(entry, "is missing; write what to ask for, such as kind: chat", key="kind")
        taken = found.get(name.text)
        if taken is not None:
            where = f"the probe in line {taken.place.line}"
            fail(
                entry,
                f"{quoted(name.text)} is already the name of {where}; give one another",
                key="name",
            )
        found[name.text] = entry
    return found


def _draft(name: str, entries: list[Node], shared: Fields) -> Draft:
    own: dict[str, Node] = {}
    for entry in entries:
        own |= written(entry)
    said = own.get("kind") or shared.get("kind")
    if said is None:
        fail(entries[-1], "is missing; write what to ask for, such as kind: chat", key="kind")
    kind = Kind(said.text)
    for field, node in own.items():
        if kind not in _ONLY_FOR.get(field, {kind}):
            fail(
                node,
                f"does not apply to kind {kind}, only to {listed(sorted(_ONLY_FOR[field]))}; leave it out",
            )
    inherited = {field: node for field, node in shared.items() if kind in _ONLY_FOR.get(field, {kind})}
    via = inherited.get("via")
    if via is not None and kind not in kinds_of(WireName(via.text)):
        del inherited["via"]
    return Draft(name=name, kind=kind, entry=entries[-1], own=own, inherited=inherited)
