"""problem: sgd_step
mistake: makes new tensors instead of changing those that it is given
expects: the parameters stay the same
"""


def sgd_step(parameters, velocities, rate, momentum=0.0):
    for parameter, velocity in zip(parameters, velocities):
        velocity = momentum * velocity + parameter.grad
        parameter = parameter - rate * velocity
