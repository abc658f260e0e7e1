"""What identity needs of the world outside its database: key files and password hashes."""
