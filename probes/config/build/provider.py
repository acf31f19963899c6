"""Providers: from what is written to what is measured."""

from probes.config.build.price import caps
from probes.config.defaults import DEFAULT_AUTH
from probes.config.node import Node
from probes.config.schema import FullDocument, ProviderEntry, ReachFields
from probes.model import Provider, Reach, Secret


def provider(name: str, entry: ProviderEntry, document: FullDocument, where: Node) -> Provider:
    """One provider."""
    policy = entry.uptime or document.uptime
    return Provider(
        name=name,
        title=entry.title or name,
        base_url=entry.base_url,
        api=entry.api,
        auth=entry.auth or DEFAULT_AUTH[entry.api],
        keys=_keys(entry),
        headers=entry.headers,
        reach=_reach(entry.reach),
        caps=caps(entry.budget, document.rates, where.at("budget")),
        proxy=entry.proxy,
        ca_file=entry.ca_file,
        fetch_images=entry.fetch_images,
        rate_limited_excluded=policy.rate_limited == "excluded",
    )


def _keys(entry: ProviderEntry) -> dict[str, Secret]:
    if entry.keys is not None:
        return dict(entry.keys)
    return {"default": entry.key or Secret("")}  # auth: none has a name for its absent key, too


def _reach(written: ReachFields | str) -> Reach | None:
    if not isinstance(written, ReachFields):
        return None
    return Reach(every_s=written.every, timeout_s=written.timeout, path=written.path)
