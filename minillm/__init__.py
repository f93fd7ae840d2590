"""The mini-LLM of the course: flat modules, each the answer key of one assignment.

Shape letters, the same in formulas, docstrings and code:

    B batch    T time (tokens)    C channels    H heads    D head size    V vocabulary
    U distinct n-grams of one order
"""
