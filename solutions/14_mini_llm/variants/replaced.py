from contextlib import contextmanager


# %% wrong: no_finally -- after an error nothing is put back
# expects: bring the old ones back in a `finally`
@contextmanager
def replaced(pairs, modules):
    modules, places = list(modules), []
    for old, new in pairs:
        found = holders(old, modules)
        if not found:
            raise ValueError(f"no module holds {old!r}")
        places += [(place, key, old, new) for place, key in found]
    for place, key, _, new in places:
        place[key] = new
    yield
    for place, key, old, _ in places:
        place[key] = old


# %% wrong: never_back -- nothing is put back at all
# expects: after the with the modules are still patched
@contextmanager
def replaced(pairs, modules):
    modules, places = list(modules), []
    for old, new in pairs:
        found = holders(old, modules)
        if not found:
            raise ValueError(f"no module holds {old!r}")
        places += [(place, key, old, new) for place, key in found]
    for place, key, _, new in places:
        place[key] = new
    yield


# %% wrong: one_place -- the first place alone
# expects: only `layers.rotate` was replaced
@contextmanager
def replaced(pairs, modules):
    modules, places = list(modules), []
    for old, new in pairs:
        found = holders(old, modules)
        if not found:
            raise ValueError(f"no module holds {old!r}")
        places += [(place, key, old, new) for place, key in found[:1]]
    try:
        for place, key, _, new in places:
            place[key] = new
        yield
    finally:
        for place, key, old, _ in places:
            place[key] = old


# %% wrong: one_pair_after_another -- places are found while others are replaced
# expects: find all places before you change one
@contextmanager
def replaced(pairs, modules):
    modules, places = list(modules), []
    try:
        for old, new in pairs:
            found = holders(old, modules)
            if not found:
                raise ValueError(f"no module holds {old!r}")
            for place, key in found:
                places.append((place, key, old))
                place[key] = new
        yield
    finally:
        for place, key, old in reversed(places):
            place[key] = old


# %% wrong: nobody_is_fine -- a thing that nobody holds is passed over
# expects: no module holds `len`
@contextmanager
def replaced(pairs, modules):
    modules = list(modules)
    places = [
        (place, key, old, new)
        for old, new in pairs
        for place, key in holders(old, modules)
    ]
    try:
        for place, key, _, new in places:
            place[key] = new
        yield
    finally:
        for place, key, old, _ in places:
            place[key] = old


# %% wrong: swallows -- the error from inside is swallowed
# expects: the error from inside must come through
@contextmanager
def replaced(pairs, modules):
    modules, places = list(modules), []
    for old, new in pairs:
        found = holders(old, modules)
        if not found:
            raise ValueError(f"no module holds {old!r}")
        places += [(place, key, old, new) for place, key in found]
    try:
        for place, key, _, new in places:
            place[key] = new
        yield
    except Exception:
        pass
    finally:
        for place, key, old, _ in places:
            place[key] = old


# %% wrong: except_exception -- an interrupt leaves the library patched
# expects: the kernel was interrupted inside
@contextmanager
def replaced(pairs, modules):
    modules, places = list(modules), []
    for old, new in pairs:
        found = holders(old, modules)
        if not found:
            raise ValueError(f"no module holds {old!r}")
        places += [(place, key, old, new) for place, key in found]

    def back():
        for place, key, old, _ in places:
            place[key] = old

    for place, key, _, new in places:
        place[key] = new
    try:
        yield
    except Exception:
        back()
        raise
    except BaseException:
        raise
    else:
        back()


# %% wrong: iterator_used_up -- modules that are an iterator are read once
# expects: as an iterator
@contextmanager
def replaced(pairs, modules):
    places = []
    for old, new in pairs:
        found = holders(old, modules)
        if not found:
            raise ValueError(f"no module holds {old!r}")
        places += [(place, key, old, new) for place, key in found]
    try:
        for place, key, _, new in places:
            place[key] = new
        yield
    finally:
        for place, key, old, _ in places:
            place[key] = old


# %% wrong: back_by_search -- on leaving it looks for the new ones
# expects: put back what you have changed
@contextmanager
def replaced(pairs, modules):
    pairs, modules = list(pairs), list(modules)
    places = [holders(old, modules) for old, _ in pairs]
    if not all(places):
        raise ValueError("nobody holds an old thing")
    for (_, new), at in zip(pairs, places):
        for d, k in at:
            d[k] = new
    try:
        yield
    finally:
        for old, new in pairs:
            for d, k in holders(new, modules):
                d[k] = old


# %% wrong: all_or_nothing -- refuses only where nothing at all is held
# expects: no module holds `len`
@contextmanager
def replaced(pairs, modules):
    modules = list(modules)
    todo = []
    for old, new in pairs:
        places = holders(old, modules)
        todo += [(d, k, old, new) for d, k in places]
    if not todo:
        raise ValueError("nothing")
    try:
        for d, k, _, new in todo:
            d[k] = new
        yield
    finally:
        for d, k, old, _ in todo:
            d[k] = old


# %% right: kept_values -- what stood there is remembered, not the pair
@contextmanager
def replaced(pairs, modules):
    every = list(modules)
    plan = [(new, holders(old, every), old) for old, new in list(pairs)]
    if not all(found for _, found, _ in plan):
        raise ValueError("nobody holds one of them")
    before = [
        (place, key, place[key])
        for _, found, _ in plan
        for place, key in found
    ]
    try:
        for new, found, _ in plan:
            for place, key in found:
                place[key] = new
        yield
    finally:
        for place, key, value in before:
            place[key] = value


# %% right: exit_stack -- callbacks of an ExitStack
@contextmanager
def replaced(pairs, modules):
    from contextlib import ExitStack

    modules = tuple(modules)
    todo = []
    for old, new in pairs:
        places = holders(old, modules)
        if not places:
            raise ValueError(f"{old!r} is nowhere")
        todo.extend((p, k, old, new) for p, k in places)
    with ExitStack() as stack:
        for p, k, old, new in todo:
            stack.callback(p.__setitem__, k, old)
            p[k] = new
        yield


# %% right: a_class -- a class with __enter__ and __exit__
class Replaced:
    def __init__(self, pairs, modules):
        self.pairs, self.modules = list(pairs), list(modules)

    def __enter__(self):
        self.places = []
        for old, new in self.pairs:
            found = holders(old, self.modules)
            if not found:
                raise ValueError("no place")
            self.places += [(p, k, old, new) for p, k in found]
        for p, k, _, new in self.places:
            p[k] = new

    def __exit__(self, *error):
        for p, k, old, _ in self.places:
            p[k] = old
        return False


def replaced(pairs, modules):
    return Replaced(pairs, modules)
