"""Doing it: gets a connection, steps and a policy, and opens nothing.

runner        the steps one after another, each told, each failure explained
transactions  the one state machine: whole run, per step, autocommit block, somebody else's, script
heads_table   the rows of alembic_version
live          the Stage where the calls of a revision land at once
offline       the Stage that writes a script
locks         one migrator at a time
"""
