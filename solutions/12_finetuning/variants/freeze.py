# %% wrong: part_of_word -- any part of the name matches
# expects: compare whole parts
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if name in path}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: ends_only -- only the end of a name is compared
# expects: for 'out': the error ValueError
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {
            path for path in parameters if f".{path}".endswith(f".{name}")
        }
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: one_part -- names of several parts never match
# expects: for 'attention.out'
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if name in path.split(".")}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: on_modules -- requires_grad is set on modules
# expects: on a module the attribute has no effect
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for part in net.modules():
        part.requires_grad = False
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: nothing_frozen -- the chosen are returned, the others not frozen
# expects: all parameters are still trained
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        if path in chosen:
            parameter.requires_grad_(True)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: all_frozen -- the chosen are frozen, too
# expects: trained should be
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for _path, parameter in parameters.items():
        parameter.requires_grad_(False)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: other_way -- the chosen are frozen, the others trained
# expects: trained should be
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path not in chosen)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: only_once -- what was frozen stays frozen
# expects: called a second time
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(parameter.requires_grad and path in chosen)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: silent -- a name that matches nothing is passed over
# expects: raise a ValueError for ['q_proj']
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: too_late -- raises after the network was changed
# expects: the network had been changed already
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for parameter in parameters.values():
        parameter.requires_grad_(False)
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: only_if_none -- raises only where no name matches
# expects: for ['out', 'q_proj']
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        chosen |= found
    if not chosen:
        raise ValueError("nothing matches")
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [p for path, p in parameters.items() if path in chosen]


# %% wrong: pairs -- returns pairs
# expects: return the parameters themselves
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [(path, p) for path, p in parameters.items() if path in chosen]


# %% wrong: name_order -- in the order of the names
# expects: the order should be that of named_parameters
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    order = [p for n in names for p in parameters if f".{n}." in f".{p}."]
    return [parameters[path] for path in dict.fromkeys(order)]


# %% wrong: several_times -- a parameter is returned once for each name
# expects: 'dropout', 'dropout.bias' and 'bias'
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [
        p
        for path, p in parameters.items()
        for n in names
        if f".{n}." in f".{path}."
    ]


# %% wrong: a_generator -- returns a generator
# expects: return a list of parameters
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return (p for path, p in parameters.items() if path in chosen)


# %% right: split_parts -- compares lists of parts
def holds(path, name):
    parts, wanted = path.split("."), name.split(".")
    n = len(wanted)
    return any(parts[i : i + n] == wanted for i in range(len(parts) - n + 1))


def freeze(net, names):
    paths = [path for path, _ in net.named_parameters()]
    for name in names:
        if not any(holds(path, name) for path in paths):
            raise ValueError(f"no {name}")
    chosen = []
    for path, parameter in net.named_parameters():
        trained = any(holds(path, name) for name in names)
        parameter.requires_grad = trained
        if trained:
            chosen.append(parameter)
    return chosen


# %% right: regular -- regular expressions
import re


def freeze(net, names):
    patterns = [
        re.compile(r"(^|\.)" + re.escape(name) + r"(\.|$)") for name in names
    ]
    paths = dict(net.named_parameters())
    for name, pattern in zip(names, patterns):
        if not [path for path in paths if pattern.search(path)]:
            raise ValueError(name)
    for path, parameter in paths.items():
        parameter.requires_grad_(any(p.search(path) for p in patterns))
    return [p for p in net.parameters() if p.requires_grad]


# %% right: freeze_first -- all are frozen, then the chosen thawed
def freeze(net, names):
    parameters = dict(net.named_parameters())
    chosen = set()
    for name in names:
        found = {path for path in parameters if f".{name}." in f".{path}."}
        if not found:
            raise ValueError(f"nothing matches {name!r}")
        chosen |= found
    net.requires_grad_(False)
    for path in chosen:
        parameters[path].requires_grad = True
    return [p for path, p in parameters.items() if path in chosen]
