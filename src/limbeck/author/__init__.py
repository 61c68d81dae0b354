"""What authors of revision files and of env.py import: `from limbeck import op, context, schema`.

op       one function for each change; builds a value and hands it to the stage
schema   things beside tables, for op.create_object and the models (View, Enum, Trigger ...)
context  inside env.py: hand over a connection, run the migrations
stage    which Stage the calls of op land on
"""
