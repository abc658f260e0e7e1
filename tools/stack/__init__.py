"""The whole product as many processes on the real engines of this machine."""
