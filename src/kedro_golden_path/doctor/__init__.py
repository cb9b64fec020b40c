"""How far a project is from the golden path, and the same over many of them.

A rule looks at the files of a checkout, imports nothing of it and runs nothing in it, so that
projects without an environment can be looked at. What only a project itself can tell is handed in.
"""
