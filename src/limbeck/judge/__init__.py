"""Asks the server how it would store what is declared, in a place that leaves no trace.

A database rewrites what it is told, so declared and stored text cannot be compared. Where they differ, the declared
table is built by the same server in a scratch place, read back by the same reader, and both are in one spelling.
Nothing here touches a user's table, makes a foreign key to one, or executes a default.
"""
