"""problem: sgd_step
mistake: the velocity is the last gradient
expects: momentum is not as in torch.optim
"""


@torch.no_grad()
def sgd_step(parameters, velocities, rate, momentum=0.0):
    for parameter, velocity in zip(parameters, velocities):
        if parameter.grad is not None:
            velocity.copy_(parameter.grad)
            parameter.sub_(rate * velocity)
