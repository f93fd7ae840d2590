import os

import torch


# %% wrong: weights_only -- m, v and t are lost
# expects: is not what it was
def save_run(run, path):
    if not all(
        x.isfinite().all()
        for s in [run.net.state_dict(), *run.states.values()]
        for x in s.values()
    ):
        raise ValueError
    partial = path.with_suffix(".tmp")
    torch.save(
        {"net": run.net.state_dict(), "step": run.step, "recipe": run.recipe},
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError
    run.net.load_state_dict(kept["net"])
    run.step = kept["step"]


# %% wrong: no_step -- begins with the data from the start
# expects: its step is 0
def save_run(run, path):
    if not all(
        x.isfinite().all()
        for s in [run.net.state_dict(), *run.states.values()]
        for x in s.values()
    ):
        raise ValueError
    partial = path.with_suffix(".tmp")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError
    run.net.load_state_dict(kept["net"])
    run.states = kept["states"]


# %% wrong: no_t -- the corrections begin again
# expects: t of weight
def save_run(run, path):
    if not all(
        x.isfinite().all()
        for s in [run.net.state_dict(), *run.states.values()]
        for x in s.values()
    ):
        raise ValueError
    partial = path.with_suffix(".tmp")
    states = {n: {"m": s["m"], "v": s["v"]} for n, s in run.states.items()}
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError
    run.net.load_state_dict(kept["net"])
    run.step = kept["step"]
    for name, state in kept["states"].items():
        run.states[name].update(state)


# %% wrong: no_buffers -- parameters only
# expects: a buffer of the network
def save_run(run, path):
    if not all(
        x.isfinite().all()
        for s in [run.net.state_dict(), *run.states.values()]
        for x in s.values()
    ):
        raise ValueError
    partial = path.with_suffix(".tmp")
    net = {n: p.detach() for n, p in run.net.named_parameters()}
    torch.save(
        {
            "net": net,
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError
    run.net.load_state_dict(kept["net"], strict=False)
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: straight_to_the_file -- writes over the old file
# expects: the old file is gone or damaged
def save_run(run, path):
    if not all(
        x.isfinite().all()
        for s in [run.net.state_dict(), *run.states.values()]
        for x in s.values()
    ):
        raise ValueError
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        path,
    )


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: keeps_nan -- a NaN goes into the file
# expects: a weight is NaN: expected a ValueError
def save_run(run, path):
    partial = path.with_suffix(".tmp")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: looks_too_late -- the NaN is found after the file was replaced
# expects: the good file was overwritten
def save_run(run, path):
    partial = path.with_suffix(".tmp")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)
    if not all(
        x.isfinite().all()
        for s in [run.net.state_dict(), *run.states.values()]
        for x in s.values()
    ):
        raise ValueError


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: looks_at_weights -- NaN in m or v passes
# expects: m of the weight
def save_run(run, path):
    if not all(x.isfinite().all() for x in run.net.state_dict().values()):
        raise ValueError
    partial = path.with_suffix(".tmp")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: any_recipe -- does not compare
# expects: the run has 0.02
def save_run(run, path):
    if not all(
        x.isfinite().all()
        for s in [run.net.state_dict(), *run.states.values()]
        for x in s.values()
    ):
        raise ValueError
    partial = path.with_suffix(".tmp")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: compares_too_late -- loads the weights first
# expects: compare first
def save_run(run, path):
    if not all(
        x.isfinite().all()
        for s in [run.net.state_dict(), *run.states.values()]
        for x in s.values()
    ):
        raise ValueError
    partial = path.with_suffix(".tmp")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]
    if kept["recipe"] != run.recipe:
        raise ValueError


# %% wrong: other_folder -- the other name is in the folder for temporary files
# expects: in another folder
def save_run(run, path):
    tensors = [
        *run.net.state_dict().values(),
        *(x for s in run.states.values() for x in s.values()),
    ]
    if not all(x.isfinite().all() for x in tensors):
        raise ValueError("not finite")
    part = Path(tempfile.gettempdir()) / "run.partial"
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        part,
    )
    os.replace(part, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError("another recipe")
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: written_in_place -- writes over the file, and puts the old bytes back after an error
# expects: nothing was renamed
def save_run(run, path):
    tensors = [
        *run.net.state_dict().values(),
        *(x for s in run.states.values() for x in s.values()),
    ]
    if not all(x.isfinite().all() for x in tensors):
        raise ValueError("not finite")
    kept = {
        "net": run.net.state_dict(),
        "states": run.states,
        "step": run.step,
        "recipe": run.recipe,
    }
    old = path.read_bytes() if path.exists() else None
    try:
        torch.save(kept, path)
    except Exception:
        if old is not None:
            path.write_bytes(old)
        raise


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError("another recipe")
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: t_from_step -- t is not kept: it is set to the number of steps
# expects: each parameter has its own t
def save_run(run, path):
    tensors = [
        *run.net.state_dict().values(),
        *(x for s in run.states.values() for x in s.values()),
    ]
    if not all(x.isfinite().all() for x in tensors):
        raise ValueError("not finite")
    averages = {n: (s["m"], s["v"]) for n, s in run.states.items()}
    part = path.with_name(path.name + ".partial")
    torch.save(
        {
            "net": run.net.state_dict(),
            "averages": averages,
            "step": run.step,
            "recipe": run.recipe,
        },
        part,
    )
    os.replace(part, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError("another recipe")
    run.net.load_state_dict(kept["net"])
    run.step = kept["step"]
    run.states = {
        n: {"t": torch.tensor(float(run.step)), "m": m, "v": v}
        for n, (m, v) in kept["averages"].items()
    }


# %% wrong: lr_compared -- only the rate of the recipe is compared
# expects: n_steps 30
def save_run(run, path):
    tensors = [
        *run.net.state_dict().values(),
        *(x for s in run.states.values() for x in s.values()),
    ]
    if not all(x.isfinite().all() for x in tensors):
        raise ValueError("not finite")
    part = path.with_name(path.name + ".partial")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        part,
    )
    os.replace(part, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"]["lr"] != run.recipe["lr"]:
        raise ValueError("another recipe")
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: some_compared -- keys, rate and steps of the recipe are compared
# expects: n_warmup 8 and not 4
def save_run(run, path):
    tensors = [
        *run.net.state_dict().values(),
        *(x for s in run.states.values() for x in s.values()),
    ]
    if not all(x.isfinite().all() for x in tensors):
        raise ValueError("not finite")
    part = path.with_name(path.name + ".partial")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        part,
    )
    os.replace(part, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"].keys() != run.recipe.keys() or any(
        kept["recipe"][k] != run.recipe[k] for k in ("lr", "n_steps")
    ):
        raise ValueError("another recipe")
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: keys_of_the_file -- a setting that the file does not know passes
# expects: a key 'dropout'
def save_run(run, path):
    tensors = [
        *run.net.state_dict().values(),
        *(x for s in run.states.values() for x in s.values()),
    ]
    if not all(x.isfinite().all() for x in tensors):
        raise ValueError("not finite")
    part = path.with_name(path.name + ".partial")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        part,
    )
    os.replace(part, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    for key, value in kept["recipe"].items():
        if run.recipe.get(key) != value:
            raise ValueError(f"another {key}")
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% right: in_memory -- writes the bytes at once, copies into the tensors
def save_run(run, path):
    import io

    state = run.net.state_dict()
    for x in [
        *state.values(),
        *(x for s in run.states.values() for x in s.values()),
    ]:
        if torch.isnan(x).any() or torch.isinf(x).any():
            raise ValueError("not finite")
    buffer = io.BytesIO()
    torch.save([state, run.states, run.step, run.recipe], buffer)
    other = path.parent / "half"
    other.write_bytes(buffer.getvalue())
    other.rename(path)


def resume_run(run, path):
    state, states, step, recipe = torch.load(path)
    if recipe != run.recipe:
        raise ValueError(f"{recipe}")
    run.net.load_state_dict(state)
    for name, kept in states.items():
        for key, x in kept.items():
            run.states[name][key].copy_(x)
    run.step = step


# %% right: pickled -- with pickle, differing settings named
def save_run(run, path):
    import pickle

    kept = {
        "net": run.net.state_dict(),
        "states": run.states,
        "step": run.step,
        "recipe": run.recipe,
    }
    flat = [*kept["net"].values()] + [
        x for s in run.states.values() for x in s.values()
    ]
    if not all(bool(x.isfinite().all()) for x in flat):
        raise ValueError("NaN or infinity")
    partial = str(path) + ".part"
    with open(partial, "wb") as file:
        pickle.dump(kept, file)
    os.replace(partial, path)


def resume_run(run, path):
    import pickle

    with open(path, "rb") as file:
        kept = pickle.load(file)
    names = sorted({*kept["recipe"], *run.recipe})
    different = [
        n for n in names if kept["recipe"].get(n) != run.recipe.get(n)
    ]
    if different:
        raise ValueError(f"the recipe differs in {different}")
    run.net.load_state_dict(kept["net"])
    run.states = {
        name: {k: x.clone() for k, x in s.items()}
        for name, s in kept["states"].items()
    }
    run.step = kept["step"]


# %% right: flat -- one dictionary of tensors with long names
def save_run(run, path):
    tensors = {
        f"net/{name}": x.clone() for name, x in run.net.state_dict().items()
    }
    for name, state in run.states.items():
        tensors |= {f"{key}/{name}": x for key, x in state.items()}
    bad = [name for name, x in tensors.items() if not x.isfinite().all()]
    if bad:
        raise ValueError(f"not finite: {bad}")
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        name = file.name
    try:
        torch.save(
            {"tensors": tensors, "step": run.step, "recipe": dict(run.recipe)},
            name,
        )
        os.replace(name, path)
    except Exception:
        os.unlink(name)
        raise


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if dict(run.recipe) != kept["recipe"]:
        raise ValueError("another recipe")
    net = {}
    for name, x in kept["tensors"].items():
        kind, _, rest = name.partition("/")
        if kind == "net":
            net[rest] = x
        else:
            run.states[rest][kind] = x
    run.net.load_state_dict(net)
    run.step = int(kept["step"])


# %% wrong: writes_float32 -- writes float32 of a float64 network
# expects: in its own dtype
def save_run(run, path):
    tensors = [
        *run.net.state_dict().values(),
        *(x for s in run.states.values() for x in s.values()),
    ]
    if not all(x.isfinite().all() for x in tensors):
        raise ValueError("not finite")
    partial = path.with_name(path.name + ".partial")
    net = {name: x.float() for name, x in run.net.state_dict().items()}
    torch.save(
        {
            "net": net,
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    os.replace(partial, path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError("recipe")
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]


# %% wrong: removes_first -- removes the old file before it renames the new one
# expects: in one act
def save_run(run, path):
    tensors = [
        *run.net.state_dict().values(),
        *(x for s in run.states.values() for x in s.values()),
    ]
    if not all(x.isfinite().all() for x in tensors):
        raise ValueError("not finite")
    partial = path.with_name(path.name + ".partial")
    torch.save(
        {
            "net": run.net.state_dict(),
            "states": run.states,
            "step": run.step,
            "recipe": run.recipe,
        },
        partial,
    )
    path.unlink(missing_ok=True)
    partial.rename(path)


def resume_run(run, path):
    kept = torch.load(path, weights_only=True)
    if kept["recipe"] != run.recipe:
        raise ValueError("recipe")
    run.net.load_state_dict(kept["net"])
    run.states, run.step = kept["states"], kept["step"]
