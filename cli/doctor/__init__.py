"""`countersign doctor`: what the table, the collections and the bucket hold of a tenant's users, and whether it fits.

collect (everything, once) -> spool (sorted by user) -> diagnose (pure) -> look again at the suspects -> repair
"""
