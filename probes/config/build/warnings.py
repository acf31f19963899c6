"""What is allowed and probably not meant."""

from probes.config.defaults import NOT_PUBLISHED
from probes.config.schema import FullDocument
from probes.config.urls import in_clear
from probes.model import Auth

_PAGE_SHOWN = {"title", "announcement", "zone", "base_path"}


def warnings(document: FullDocument) -> list[str]:
    """One line each."""
    return [
        *_not_published(document),
        *_in_clear(document),
        *_nothing_asked(document),
        *_labels(document),
    ]


def _not_published(document: FullDocument) -> list[str]:
    found = [
        f"{section}: accepted, but this version does not publish to it yet"
        for section in NOT_PUBLISHED
        if getattr(document, section)
    ]
    page, default = document.page, type(document.page)()
    unlike = {name for name in type(page).model_fields if getattr(page, name) != getattr(default, name)}
    if ignored := sorted(unlike - _PAGE_SHOWN):
        found.append(f"page: accepted, but this version does not act on {', '.join(ignored)} yet")
    if document.metrics.detail == "lean":
        found.append("metrics.detail: accepted, but this version publishes every series of a probe yet")
    return found


def _in_clear(document: FullDocument) -> list[str]:
    return [
        f"providers.{name}.base_url: plain http, so the key can be read on its way; write https"
        for name, entry in document.providers.items()
        if in_clear(entry.base_url) and entry.auth is not Auth.NONE
    ]


def _nothing_asked(document: FullDocument) -> list[str]:
    return [] if document.channels else ["channels: there are none, so only reach is measured"]


def _labels(document: FullDocument) -> list[str]:
    worn = {label for channel in document.channels for label in channel.labels}
    return [
        f"metrics.labels: no channel has the label {label}"
        for label in document.metrics.labels
        if label not in worn
    ]
