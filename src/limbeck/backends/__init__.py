"""What one database can do and how it says it: `ansi` is the parent of all and serves what is not known."""
