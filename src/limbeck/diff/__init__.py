"""What must change so that `have` becomes `want`. Pure: two snapshots in, operations out.

rules   how lax a comparison is
same    pairwise judgements: types, defaults, columns, constraints, indexes
walk    tables and objects, one pair after the other
order   operations in an order that runs
renames pairs of a drop and an add that look like one thing
"""
