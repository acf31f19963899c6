"""Names that one section takes from another: services, channels, providers, families, labels."""

from collections.abc import Collection

from probes.config.node import Node, fail
from probes.config.schema import FullDocument
from probes.config.shown import nearest, quoted


def check_references(document: FullDocument, tree: Node) -> None:
    """Raise ConfigError for the first name that nothing bears."""
    names = _names(document)
    _check_routes(document, tree.at("notify"), names)
    for index, entry in enumerate(document.maintenance):
        for scope in ("channel", "provider", "family"):
            _check(getattr(entry, scope), names[scope], tree.at("maintenance", index, scope), scope)
    for index, section in enumerate(document.page.sections):
        for position, family in enumerate(section.families):
            where = tree.at("page", "sections", index, "families", position)
            _check(family, names["family"], where, "family")


def _names(document: FullDocument) -> dict[str, list[str]]:
    return {
        "channel": [channel.id for channel in document.channels],
        "provider": list(document.providers),
        "family": list(dict.fromkeys(channel.family for channel in document.channels)),
    }


def _check(name: str | None, known: Collection[str], where: Node, what: str) -> None:
    if name is not None and name not in known:
        fail(where, f"{quoted(name)} is no {what} here{nearest(name, known)}")


def _check_routes(document: FullDocument, tree: Node, names: dict[str, list[str]]) -> None:
    if document.notify is None:
        return
    routes, services = document.notify.routes, document.notify.services
    for index, route in enumerate(routes):
        node = tree.at("routes", index)
        for position, service in enumerate(route.to):
            _check(service, services, node.at("to", position), "service")
        for scope, known in names.items():
            for name in (getattr(route.match, scope) if route.match else None) or ():
                _check(name, known, node.at("match", scope), scope)
        last = index == len(routes) - 1
        if last and route.match is not None:
            fail(
                node.at("match"),
                "the last route takes what is left; leave match out, or add {to: [service]} after it",
            )
        if not last and route.match is None and not route.continue_:
            fail(node, "takes everything, so no route below is reached; add match or continue: true")
