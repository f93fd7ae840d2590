"""The mini-LLM of the course: each module is an assignment's answer key.

Shape letters, the same in formulas, docstrings and code:

    B batch       T time (tokens)    C channels
    H heads       D head size        V vocabulary
    U distinct n-grams of one order
"""
