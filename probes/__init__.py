"""genping's measuring half: ask every channel, measure what comes back, write it to the journal.

Nothing in here knows who publishes the results; `exporter` follows the journal in another process.
"""
