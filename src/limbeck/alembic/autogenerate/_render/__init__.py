"""The files behind `autogenerate.render`."""
