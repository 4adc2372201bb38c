"""The peer's end of TLS: certificates, records, and the engine that makes a conversation of them."""
