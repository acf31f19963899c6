"""One module per protocol, and the five gateways that speak them."""
