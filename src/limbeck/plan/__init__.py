"""What will be done, before it is done. Nothing in this room opens a connection or asks one."""
