"""The files behind `operations.ops`, where their classes are published."""
