"""What runs while migrations run: the environment round env.py, the migration context, plug-ins."""
