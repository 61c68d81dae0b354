"""What a database looks like at one moment: frozen values, compared by value; nothing here imports SQLAlchemy.

Import from the files themselves (`from limbeck.model.table import Table`): start-up time is a feature.
"""
