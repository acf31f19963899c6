"""Headers of a reply after its body was changed: what is declared must fit, unless lying is the point."""

from dataclasses import replace

from probes.simulator.script import Reply


def with_header(reply: Reply, name: str, value: str) -> Reply:
    """The header instead of all others of that name."""
    bare = without_header(reply, name)
    return replace(bare, headers=(*bare.headers, (name, value)))


def without_header(reply: Reply, name: str) -> Reply:
    """No header of that name."""
    kept = tuple(header for header in reply.headers if header[0].lower() != name.lower())
    return replace(reply, headers=kept)


def measured(reply: Reply) -> Reply:
    """The true length, where one is declared."""
    if reply.header("content-length") is None:
        return reply
    return with_header(reply, "Content-Length", str(sum(len(step.data) for step in reply.steps)))


def chunked(reply: Reply) -> Reply:
    """No length at all: for bodies without an end."""
    return with_header(without_header(reply, "content-length"), "Transfer-Encoding", "chunked")
