"""The dock's client: takes a whole card of films to the product, and knows no service of it."""
