"""What is allowed and probably not meant."""

from probes.config.defaults import NOT_PUBLISHED
from probes.config.schema import FullDocument
from probes.config.urls import in_clear
from probes.model import Auth


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
    page = document.page
    if page.model_fields_set and page != type(page)(title=page.title):
        found.append("page: accepted, but this version publishes only its title yet")
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
