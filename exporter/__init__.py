"""genping's publishing half: follow the journal and serve what it says.

It takes from `probes` only values, configuration, the state rule and the journal's reader; the command line
and the supervisor also start the measuring process.
"""
