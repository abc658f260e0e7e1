"""The story told by `liuhen demo`: films made on the spot, and the phone that sends them."""
