# %% wrong: tensors -- counts tensors
# expects: you counted tensors
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() * p.element_size() for p in trained)
    return len(trained), len(parameters), n_bytes


# %% wrong: one_average -- one number for each trained one
# expects: AdamW keeps two numbers
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(p.numel() * p.element_size() for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% wrong: no_bytes -- numbers, not bytes
# expects: not bytes
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% wrong: all_bytes -- the optimizer keeps frozen numbers, too
# expects: Frozen numbers need no memory
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() * p.element_size() for p in parameters)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% wrong: always_float32 -- 8 bytes whatever the type
# expects: in float16
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(8 * p.numel() for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% wrong: twice -- what two parts share counts twice
# expects: is counted twice
def count(net):
    parameters = [
        p for part in net.modules() for p in part.parameters(recurse=False)
    ]
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() * p.element_size() for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% wrong: buffers -- buffers count
# expects: buffers, which don't count
def count(net):
    parameters = [*net.parameters(), *net.buffers()]
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() * p.element_size() for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% wrong: all_trained -- frozen ones count as trained
# expects: of 8 numbers are trained
def count(net):
    parameters = list(net.parameters())
    trained = parameters
    n_bytes = sum(2 * p.numel() * p.element_size() for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% wrong: weights_too -- the bytes of the weights are added
# expects: AdamW keeps 48 bytes
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(3 * p.numel() * p.element_size() for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% wrong: order -- all numbers come first
# expects: numbers are trained
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() * p.element_size() for p in trained)
    return (
        sum(p.numel() for p in parameters),
        sum(p.numel() for p in trained),
        n_bytes,
    )


# %% wrong: state_dict -- counts the state dict
# expects: is counted twice
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() * p.element_size() for p in trained)
    return (
        sum(
            x.numel()
            for n, x in net.state_dict(keep_vars=True).items()
            if x.requires_grad
        ),
        sum(x.numel() for x in net.state_dict().values()),
        n_bytes,
    )


# %% wrong: tensor_sums -- a tensor instead of an int
# expects: three ints
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() * p.element_size() for p in trained)
    return (
        trained[0].new_tensor(0).long() + sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% right: loop -- one loop
def count(net):
    trained = everything = n_bytes = 0
    for p in net.parameters():
        everything += p.numel()
        if p.requires_grad:
            trained += p.numel()
            n_bytes += p.numel() * p.element_size() * 2
    return trained, everything, n_bytes


# %% right: nbytes -- nbytes of the parameter
def count(net):
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.nbytes for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )


# %% right: by_identity -- a dictionary of identities
def count(net):
    parameters = list(
        {
            id(p): p for part in net.modules() for p in part.parameters()
        }.values()
    )
    trained = [p for p in parameters if p.requires_grad]
    n_bytes = sum(2 * p.numel() * p.element_size() for p in trained)
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        n_bytes,
    )
