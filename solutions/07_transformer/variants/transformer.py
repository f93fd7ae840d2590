# %% wrong: not_causal -- everybody looks ahead
# expects: nobody may look ahead
def transformer(ids, table, blocks, norm, D):
    x = table[ids]
    angles = rope_angles(torch.arange(ids.shape[1])[None], D)
    for block in blocks:
        x = block(x, Masks(), angles)
    return norm(x) @ table.T


# %% wrong: no_angles -- no positions
# expects: a block gets no angles
def transformer(ids, table, blocks, norm, D):
    x = table[ids]
    for block in blocks:
        x = block(x, Masks(causal=True))
    return norm(x) @ table.T


# %% wrong: one_based -- positions from 1 on
# expects: are not those of the positions 0 to 11
def transformer(ids, table, blocks, norm, D):
    x = table[ids]
    angles = rope_angles(torch.arange(1, ids.shape[1] + 1)[None], D)
    for block in blocks:
        x = block(x, Masks(causal=True), angles)
    return norm(x) @ table.T


# %% wrong: width_for_head -- angles of C channels, cut to D
# expects: are not those of the positions 0 to 11
def transformer(ids, table, blocks, norm, D):
    x = table[ids]
    angles = rope_angles(torch.arange(ids.shape[1])[None], 4 * D)
    angles = [
        torch.cat((a[..., : D // 2], a[..., -D // 2 :]), -1) for a in angles
    ]
    for block in blocks:
        x = block(x, Masks(causal=True), angles)
    return norm(x) @ table.T


# %% wrong: no_norm -- the last norm is forgotten
# expects: the last norm is missing
def transformer(ids, table, blocks, norm, D):
    x = table[ids]
    angles = rope_angles(torch.arange(ids.shape[1])[None], D)
    for block in blocks:
        x = block(x, Masks(causal=True), angles)
    return x @ table.T


# %% wrong: states -- no head
# expects: the result has the shape (2, 12, 64)
def transformer(ids, table, blocks, norm, D):
    x = table[ids]
    angles = rope_angles(torch.arange(ids.shape[1])[None], D)
    for block in blocks:
        x = block(x, Masks(causal=True), angles)
    return norm(x)


# %% wrong: two_blocks -- always two blocks, and heads of 16 channels
# expects: with 3 blocks and D = 8, each block is called once
def transformer(ids, table, blocks, norm, D):
    angles = rope_angles(torch.arange(ids.shape[1])[None], 16)
    x = blocks[0](table[ids], Masks(causal=True), angles)
    x = blocks[1](x, Masks(causal=True), angles)
    return norm(x) @ table.T


# %% wrong: head_without_gradient -- the head does not train the table
# expects: through the embedding only, not through the head
def transformer(ids, table, blocks, norm, D):
    x = table[ids]
    angles = rope_angles(torch.arange(ids.shape[1])[None], D)
    for block in blocks:
        x = block(x, Masks(causal=True), angles)
    return norm(x) @ table.detach().T


# %% right: embedding -- by F.embedding and F.linear
def transformer(ids, table, blocks, norm, D):
    x = F.embedding(ids, table)
    places = torch.arange(ids.size(1)).expand(len(ids), -1)
    angles = rope_angles(places, D)
    for block in blocks:
        x = block(x, Masks(None, True), angles=angles)
    return F.linear(norm(x), table)


# %% right: bias -- the future hidden by a bias
def transformer(ids, table, blocks, norm, D):
    T = ids.shape[1]
    ahead = torch.arange(T)[None] > torch.arange(T)[:, None]
    visible = Masks(bias=torch.zeros(T, T).masked_fill(ahead, -1e30))
    cos, sin = rope_angles(torch.arange(T).view(1, T), D, theta=1e4)
    x = table[ids]
    for block in blocks:
        x = block(x, visible, (cos, sin))
    return torch.einsum("btc,vc->btv", norm(x), table)


# %% right: enumerate -- the angles in a dictionary of arguments
def transformer(ids, table, blocks, norm, D):
    options = {
        "angles": rope_angles(torch.arange(ids.shape[-1]).unsqueeze(0), D)
    }
    x = table.index_select(0, ids.flatten()).view(*ids.shape, -1)
    for i in range(len(blocks)):
        x = blocks[i](x, Masks(causal=True), **options)
    return torch.matmul(norm(x), table.transpose(0, 1))


# %% wrong: kept_angles -- the angles are kept by the length alone
# expects: with angles of [16, 16, 16] channels
KEPT = {}


def transformer(ids, table, blocks, norm, D):
    T = ids.shape[1]
    if T not in KEPT:
        KEPT[T] = rope_angles(torch.arange(T)[None], D)
    x = table[ids]
    for block in blocks:
        x = block(x, Masks(causal=True), KEPT[T])
    return norm(x) @ table.T


# %% wrong: last_only -- the mask is the causal one in the first block only
# expects: nobody may look ahead
def transformer(ids, table, blocks, norm, D):
    angles = rope_angles(torch.arange(ids.shape[1])[None], D)
    x = table[ids]
    for i, block in enumerate(blocks):
        x = block(x, Masks(causal=i == 0), angles)
    return norm(x) @ table.T


# %% right: linear -- F.embedding, F.linear, positions for each text
def transformer(ids, table, blocks, norm, D):
    B, T = ids.shape
    x = F.embedding(ids, table)
    angles = rope_angles(torch.arange(T).expand(B, T), D)
    for f in blocks:
        x = f(x, visible=Masks(None, True), angles=angles)
    return F.linear(norm(x), table)


# %% wrong: longest -- angles for the longest window only
# expects: transformer
def transformer(ids, table, blocks, norm, D):
    x = table[ids]
    angles = rope_angles(torch.arange(LONGEST)[None], D)
    angles = [a[:, : ids.shape[1]] for a in angles]
    for block in blocks:
        x = block(x, Masks(causal=True), angles)
    return norm(x) @ table.T
