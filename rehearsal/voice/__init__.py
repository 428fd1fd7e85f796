"""Voice: the gateway, UDP, transport and end-to-end encryption, and recording listeners."""
