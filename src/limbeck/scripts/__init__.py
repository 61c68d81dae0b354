"""Revision files on disk.

scan    reads id, parents, labels, dependencies, message and date without running the file
folder  ScriptFolder: all files of a project, their RevisionGraph, what is broken
loader  runs one file: LoadedScript with upgrade and downgrade
bytecode  its compiled form, trusted by the hash of its source
writer  new files: ids, names, texts; never outside the folder, never over another file
hooks   programs that are run on a new file
editor  opens one in the person's editor
"""
