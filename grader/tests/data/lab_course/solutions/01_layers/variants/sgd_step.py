# %% wrong: forgets_momentum -- the velocity is the last gradient
# expects: momentum is not as in torch.optim


@torch.no_grad()
def sgd_step(parameters, velocities, rate, momentum=0.0):
    for parameter, velocity in zip(parameters, velocities):
        if parameter.grad is not None:
            velocity.copy_(parameter.grad)
            parameter.sub_(rate * velocity)


# %% wrong: not_in_place -- makes new tensors instead of changing those that it is given
# expects: the parameters stay the same


def sgd_step(parameters, velocities, rate, momentum=0.0):
    for parameter, velocity in zip(parameters, velocities):
        velocity = momentum * velocity + parameter.grad
        parameter = parameter - rate * velocity


# %% right: through_data -- through the parameters' data, with a helper


def moved(value, velocity, rate):
    return value - rate * velocity


def sgd_step(parameters, velocities, rate, momentum=0.0):
    for parameter, velocity in zip(parameters, velocities):
        if parameter.grad is None:
            continue
        velocity *= momentum
        velocity += parameter.grad
        parameter.data = moved(parameter.data, velocity, rate)
