# %% wrong: names_only -- the dictionaries are not looked into
# expects: the dictionary layers.KINDS holds it, too
def holders(thing, modules):
    return [
        (vars(m), key)
        for m in modules
        for key, value in vars(m).items()
        if value is thing
    ]


# %% wrong: by_name -- places are found by the function's name
# expects: compare values, not names
def holders(thing, modules):
    found = []
    for module in modules:
        for place in (
            vars(module),
            *[x for x in vars(module).values() if type(x) is dict],
        ):
            for key, value in place.items():
                if value is thing and (
                    key == getattr(thing, "__name__", None)
                    or place is not vars(module)
                ):
                    found.append((place, key))
    return found


# %% wrong: copies -- the pairs hold copies of the namespaces
# expects: a pair holds a copy
def holders(thing, modules):
    found = []
    for module in modules:
        for place in (
            vars(module),
            *[x for x in vars(module).values() if type(x) is dict],
        ):
            found += [
                (dict(place), key)
                for key, value in place.items()
                if value is thing
            ]
    return found


# %% wrong: twice -- a shared dictionary comes twice
# expects: the dictionary that both modules share came twice
def holders(thing, modules):
    found = []
    for module in modules:
        for place in (
            vars(module),
            *[x for x in vars(module).values() if type(x) is dict],
        ):
            found += [
                (place, key) for key, value in place.items() if value is thing
            ]
    return found


# %% wrong: first_only -- one place for each dictionary
# expects: expected the keys a and b of KINDS
def holders(thing, modules):
    found = {}
    for module in modules:
        for place in (
            vars(module),
            *[x for x in vars(module).values() if type(x) is dict],
        ):
            for key, value in place.items():
                if value is thing:
                    found.setdefault(id(place), (place, key))
    return list(found.values())


# %% wrong: equal -- equal things are taken, too
# expects: is an equal list, and another thing
def holders(thing, modules):
    found = {}
    for module in modules:
        for place in (
            vars(module),
            *[x for x in vars(module).values() if type(x) is dict],
        ):
            for key, value in place.items():
                if value is thing or (
                    type(value) is type(thing)
                    and type(value) is list
                    and value == thing
                ):
                    found[id(place), key] = (place, key)
    return list(found.values())


# %% wrong: keys_once -- a key that has come is not taken again
# expects: expected the keys a and b of KINDS
def holders(thing, modules):
    found = {}
    for module in modules:
        for place in (
            vars(module),
            *[x for x in vars(module).values() if type(x) is dict],
        ):
            for key, value in place.items():
                if value is thing:
                    found.setdefault(key, (place, key))
    return list(found.values())


# %% wrong: modules_not_places -- modules stand in the pairs
# expects: a pair holds a copy
def holders(thing, modules):
    found = {}
    for module in modules:
        for place in (
            vars(module),
            *[x for x in vars(module).values() if type(x) is dict],
        ):
            for key, value in place.items():
                if value is thing:
                    found[id(place), key] = (module, key)
    return list(found.values())


# %% wrong: public_only -- leaves out names with an underscore in front
# expects: a name with an underscore counts
def holders(thing, modules):
    found = {}
    for m in modules:
        space = vars(m)
        for d in [space, *[v for v in space.values() if type(v) is dict]]:
            for key, value in d.items():
                if value is thing and not str(key).startswith("_"):
                    found[id(d), key] = (d, key)
    return list(found.values())


# %% wrong: nested -- follows dictionaries in dictionaries, too
# expects: one level only
def holders(thing, modules):
    found, seen = [], set()

    def walk(d):
        if id(d) in seen:
            return
        seen.add(id(d))
        for key, value in list(d.items()):
            if value is thing:
                found.append((d, key))
            if type(value) is dict:
                walk(value)

    for m in modules:
        walk(vars(m))
    return found


# %% wrong: counters -- takes Counters, too
# expects: a Counter was looked into
def holders(thing, modules):
    found = {}
    for m in modules:
        space = vars(m)
        for d in [space, *[v for v in space.values() if isinstance(v, dict)]]:
            for key, value in d.items():
                if value is thing:
                    found[id(d), key] = (d, key)
    return list(found.values())


# %% right: list_of_places -- the dictionaries first, then their keys
def holders(thing, modules):
    places = {}
    for module in modules:
        places[id(vars(module))] = vars(module)
        for value in vars(module).values():
            if type(value) is dict:
                places[id(value)] = value
    return [
        (p, key)
        for p in places.values()
        for key, value in p.items()
        if value is thing
    ]


# %% right: seen_set -- a set of what was seen
def holders(thing, modules):
    seen, found = set(), []
    for module in modules:
        namespace = module.__dict__
        for place in [namespace] + [
            x for x in namespace.values() if type(x) is dict
        ]:
            if id(place) in seen:
                continue
            seen.add(id(place))
            for key in place:
                if place[key] is thing:
                    found.append((place, key))
    return found


# %% right: generator -- an inner generator
def holders(thing, modules):
    def every():
        for module in modules:
            yield vars(module)
            for value in list(vars(module).values()):
                if type(value) is dict:
                    yield value

    unique = {id(place): place for place in every()}
    pairs = ((place, key) for place in unique.values() for key in place)
    return [(place, key) for place, key in pairs if place[key] is thing]


# %% right: all_dictionaries_first -- all dictionaries first, each once, then one comprehension
def holders(thing, modules):
    spaces = {}
    for module in modules:
        spaces[id(module.__dict__)] = module.__dict__
        spaces.update(
            (id(v), v) for v in module.__dict__.values() if type(v) is dict
        )
    return [
        (d, k) for d in spaces.values() for k, v in d.items() if v is thing
    ]


# %% wrong: first_key -- one key for each dictionary
# expects: two names of one dictionary
def holders(thing, modules):
    found = {}
    for module in modules:
        names = vars(module)
        for place in [names, *(x for x in names.values() if type(x) is dict)]:
            for key, value in place.items():
                if value is thing:
                    found[id(place), key] = (place, key)
                    break
    return list(found.values())


# %% wrong: dunders_skipped -- names with two underscores in front are left out
# expects: names with underscores count
def holders(thing: Any, modules: Iterable[ModuleType]) -> list[tuple]:
    found = {}
    for module in modules:
        space = {
            name: v
            for name, v in vars(module).items()
            if not name.startswith("__")
        }
        for key, value in space.items():
            if value is thing:
                found[id(vars(module)), key] = (vars(module), key)
            elif type(value) is dict:
                for k, v in value.items():
                    if v is thing:
                        found[id(value), k] = (value, k)
    return list(found.values())
