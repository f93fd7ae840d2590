"""problem: sgd_step
way: through the parameters' data, with a helper
"""


def moved(value, velocity, rate):
    return value - rate * velocity


def sgd_step(parameters, velocities, rate, momentum=0.0):
    for parameter, velocity in zip(parameters, velocities):
        if parameter.grad is None:
            continue
        velocity *= momentum
        velocity += parameter.grad
        parameter.data = moved(parameter.data, velocity, rate)
