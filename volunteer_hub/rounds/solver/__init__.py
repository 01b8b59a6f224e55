"""Plain arrays in, a mask out: the exact assignment, its duals and the bound on what pruning can cost."""
