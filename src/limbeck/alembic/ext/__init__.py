"""Plug-ins that are not in force unless `autogenerate_plugins` names them."""
