"""The plain form of a configuration: no defaults, profiles or includes left, every choice spelled out."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from probes.config.completion import complete, main_of
from probes.config.defaults import DEFAULT_AUTH
from probes.config.layers import channel_fields, drafts, written
from probes.config.node import Node, Place, fail, implied
from probes.config.schema import (
    Budget,
    FullChannel,
    FullDocument,
    Listeners,
    Metrics,
    Page,
    ProviderEntry,
    ReachFields,
    Retention,
    Table,
    Uptime,
    filled,
)
from probes.config.shown import listed, nearest
from probes.model import Api, Auth

_TABLES: Mapping[str, type[Table]] = {
    "listen": Listeners,
    "uptime": Uptime,
    "retention": Retention,
    "metrics": Metrics,
    "page": Page,
}
_DISSOLVED = ("defaults", "profiles", "channels", "channels_from")


def resolved(document: Node, included: list[Node]) -> Node:
    """The plain form of a document and the lists of channels that it includes, all validated as written."""
    settings = {key: node for key, node in written(document).items() if key not in _DISSOLVED}
    providers = document.at("providers")
    settings["providers"] = Node(
        value={name: _provider(name, node) for name, node in providers.table.items()}, place=providers.place
    )
    workshop = _Workshop(document=document, providers=providers.table)
    listed_here = document.get("channels")
    sources = [*([listed_here] if listed_here else []), *included]
    channels = [workshop.channel(node) for source in sources for node in source.items]
    settings["channels"] = Node(value=channels, place=document.place)
    return Node(value=_spelled_out(settings, document.place), place=document.place)


def _spelled_out(settings: dict[str, Node], place: Place) -> dict[str, Node]:
    for key, model in _TABLES.items():
        there = settings.get(key)
        here = there.place if there else place.below(key)
        settings[key] = Node(value=filled(written(there), model, here), place=here)
    settings.setdefault("vantage", implied(socket.gethostname(), place))
    settings.setdefault("data_dir", implied(str((place.file.parent / "data").absolute()), place))
    return filled(settings, FullDocument, place)


def _api(provider: Node) -> Api:
    said = provider.get("api")
    return Api(said.text) if said else ProviderEntry.model_fields["api"].default


def _auth(provider: Node) -> Auth:
    said = provider.get("auth")
    return Auth(said.text) if said else DEFAULT_AUTH[_api(provider)]


def _provider(name: str, node: Node) -> Node:
    entries, place = written(node), node.place
    entries.setdefault("title", implied(name, place))
    auth = _auth(node)
    entries["auth"] = entries.get("auth") or implied(auth.value, place)
    if auth is not Auth.NONE and not {"key", "keys"} & entries.keys():
        fail(node, f"has no key; write key: ${{{_variable(name)}}}, or auth: none where none is asked for")
    _check_headers(entries.get("headers"), auth)
    reach = entries.get("reach")
    if reach is None or reach.table:
        where = reach.place if reach else place
        entries["reach"] = Node(value=filled(written(reach), ReachFields, where), place=where)
    return Node(value=filled(entries, ProviderEntry, place), place=place)


def _variable(name: str) -> str:
    letters = "".join(char if char.isalnum() else "_" for char in name.upper())
    return f"{letters if letters[:1].isalpha() else 'P_' + letters}_KEY"


def _check_headers(headers: Node | None, auth: Auth) -> None:
    taken = {Auth.BEARER: "authorization", Auth.NONE: ""}.get(auth, auth.value)
    for name, node in written(headers).items():
        if name.lower() == taken:
            fail(node, f"auth: {auth} already sends this header; leave it out, or write auth: none")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workshop:
    """What channels are made from."""

    document: Node
    providers: Mapping[str, Node]

    def channel(self, node: Node) -> Node:
        """The plain form of one channel."""
        profile = self._profile(node)
        fields = channel_fields(profile, node)
        provider = self._provider(node, fields.get("provider"))
        fields["key"] = _key(node, provider, fields.get("key"))
        for name, hint in _NEEDED.items():
            if name not in fields:
                fail(node, f"is missing; {hint}", key=name)
        fields.setdefault("family", fields["model"])
        fields.setdefault("title", fields["id"])
        for name in ("budget", "labels"):
            fields.setdefault(name, Node(value={}, place=node.place))
        budget = fields["budget"]
        fields["budget"] = Node(value=filled(written(budget), Budget, budget.place), place=budget.place)
        fields["probes"] = Node(value=self._probes(profile, node, provider), place=node.place)
        return Node(value=filled(fields, FullChannel, node.place), place=node.place)

    def _probes(self, profile: Node | None, node: Node, provider: Node) -> list[Node]:
        found = drafts(self.document.get("defaults"), profile, node)
        main = main_of(found)
        for draft in found:
            _check_headers(draft.fields.get("extra_headers"), _auth(provider))
        return [complete(draft, _api(provider), main=draft is main) for draft in found]

    def _profile(self, node: Node) -> Node | None:
        use, there = node.get("use"), self.document.get("profiles")
        profiles = there.table if there else {}
        if use is None:
            return None
        if use.text not in profiles:
            fail(use, f"{use.shown} is not under profiles{nearest(use.text, profiles)}")
        return profiles[use.text]

    def _provider(self, node: Node, said: Node | None) -> Node:
        if said is None:
            fail(node, f"is missing; name one of: {listed(self.providers)}", key="provider")
        if said.text not in self.providers:
            fail(said, f"{said.shown} is not under providers{nearest(said.text, self.providers)}")
        return self.providers[said.text]


_PRICE = "write price: free, or what is charged, such as {input: 0.50, output: 3.00}"
_NEEDED = {
    "model": "write the id that the provider knows it by",
    "price": f"probes cost real money; {_PRICE}",
}


def _key(channel: Node, provider: Node, said: Node | None) -> Node:
    keys = provider.get("keys")
    names = list(keys.table) if keys else ["default"]
    if said is None and keys is not None:
        fail(channel, f"is missing; name one of the provider's keys: {listed(names)}", key="key")
    if said is not None and said.text not in names:
        fail(said, f"{said.shown} is no key of this provider{nearest(said.text, names)}")
    return said or implied("default", channel.place)
