"""The two listeners: the operator's and the public's. Neither ever reaches into measuring."""
