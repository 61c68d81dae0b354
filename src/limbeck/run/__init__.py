"""Doing it: gets a connection, steps and a policy, and opens nothing.

runner        the steps one after another, each told, each failure explained
transactions  the one state machine: whole run, per step, autocommit block, somebody else's, script
heads_table   the rows of alembic_version
calling       a step's function: found, called, and the line it stands at
plain         which functions only say operations, so that nobody can tell when what they say is done
tenants       a connection's schema_translate_map
live          the Stage where the calls of a revision land at once
offline       the Stage that writes a script
locks         one migrator at a time
"""
