"""Evidence -> ErrorKind, in the order transport, page, body, machine code, words, status, facts."""

from probes.classify.judge import Judgement, judge
from probes.model.redaction import redact

__all__ = ["Judgement", "judge", "redact"]
