"""How values are written as Python in revision files: values become Calls, Calls become lines.

layout      a Call as text, wrapped as a person would
values      columns, constraints, indexes, defaults -> Calls
operations  an operation -> the Call of the author's function, derived from its fields
"""
