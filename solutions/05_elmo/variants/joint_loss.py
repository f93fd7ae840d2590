# %% wrong: total -- the sum of both
# expects: That is their sum
def joint_loss(model, ids, lengths):
    return direction_losses(model, ids, lengths).sum()


# %% wrong: forward_only -- forgets the backward model
# expects: forward loss alone
def joint_loss(model, ids, lengths):
    return direction_losses(model, ids, lengths)[0]


# %% wrong: number -- a Python number has no gradient
# expects: one number, as a tensor
def joint_loss(model, ids, lengths):
    return direction_losses(model, ids, lengths).mean().item()


# %% wrong: detached -- no gradient flows
# expects: its gradient cannot be taken
def joint_loss(model, ids, lengths):
    return direction_losses(model, ids, lengths).mean().detach()


# %% right: halves -- half of the sum
def joint_loss(model, ids, lengths):
    ahead, back = direction_losses(model, ids, lengths)
    return 0.5 * (ahead + back)


# %% right: dot -- a product with two halves
def joint_loss(model, ids, lengths):
    return direction_losses(model, ids, lengths) @ torch.tensor([0.5, 0.5])


# %% right: mean_dim -- a mean over the axis
def joint_loss(model, ids, lengths):
    return torch.mean(direction_losses(model, ids, lengths), dim=0)
