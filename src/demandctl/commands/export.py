"""``export``: what is handed upward."""

from demandctl.grammar import Tree

TREE: Tree = {}
