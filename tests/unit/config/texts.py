"""Configurations as the tests write them: the smallest whole one, and parts of it."""

PROVIDER = """
providers:
  requesty: {base_url: "https://router.requesty.ai/v1", key: "${KEY}"}
"""
SMALLEST = f"""{PROVIDER}
channels:
  - {{id: one, provider: requesty, model: m, price: free, probes: [{{kind: chat}}]}}
"""


def with_probe(fields: str, price: str = "free", top: str = "") -> str:
    """One channel with one probe of those fields."""
    return f"""{top}{PROVIDER}
channels:
  - {{id: one, provider: requesty, model: m, price: {price}, probes: [{{{fields}}}]}}
"""


def with_channel(fields: str, top: str = "") -> str:
    """One channel with a chat probe and those fields beside."""
    return f"""{top}{PROVIDER}
channels:
  - {{id: one, provider: requesty, model: m, price: free, probes: [{{kind: chat}}], {fields}}}
"""
