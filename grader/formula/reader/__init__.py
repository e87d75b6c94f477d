"""From text in any notation to the tree: tokens, syntax, typing, whole texts. `grader.formula.read` is the way in."""
