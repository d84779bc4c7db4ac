"""moto's way with DynamoDB's update expressions, done quickly: it was a third of what a transaction costs."""

# mypy: disable-error-code="method-assign, assignment, attr-defined, no-untyped-call"

from __future__ import annotations

from functools import lru_cache
from typing import Any

from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import ActionCountValidator

_EXPRESSIONS = 1024  # the app has some dozen


def apply() -> None:
    """Once per process."""
    _parsed_once()
    _quick_copies()
    _quick_looks()


def _parsed_once() -> None:
    """moto parses an expression each time that it comes. It never changes the tree, only copies of it."""
    UpdateExpressionParser.make = staticmethod(lru_cache(_EXPRESSIONS)(UpdateExpressionParser.make))


def _quick_copies() -> None:
    """A tree whose leaves are text needs none of `copy`'s care."""

    def copied(self: Node, memo: dict[int, Any]) -> Node:  # noqa: ARG001 - `copy` gives it
        return _copy(self, None)

    setattr(Node, "__deepcopy__", copied)  # noqa: B010 - not a method that the class declares


def _copy(node: Node, parent: Node | None) -> Node:
    new: Node = object.__new__(type(node))
    vars(new).update(vars(node), parent=parent)
    if node.children is not None:
        new.children = [_copy(child, new) if isinstance(child, Node) else child for child in node.children]
    return new


def _quick_looks() -> None:
    """moto asks each of its five lookers at each node what it looks for, and counts a tree's clauses at every node."""

    kinds: dict[type[DepthFirstTraverser], tuple[type[Node], ...]] = {}

    def looked_for(self: DepthFirstTraverser) -> tuple[type[Node], ...]:
        if type(self) not in kinds:
            kinds[type(self)] = tuple(self._processing_map())
        return kinds[type(self)]

    def traverse(self: ActionCountValidator, node: Any) -> Any:
        return self.verify_action_counts(node)

    DepthFirstTraverser.nodes_to_be_processed = looked_for
    ActionCountValidator.traverse = traverse
