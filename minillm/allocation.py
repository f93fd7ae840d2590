"""Where compute goes when training is not all that matters: a model that will
be used a lot, a text that is too short.
"""

import numpy as np

from minillm.laws import Chinchilla


def serving_optimum(
    law: Chinchilla, loss: float, served: float
) -> tuple[float, float]:
    """The N and D that reach a loss at the least cost of training and use.

    Minimises 6 N D + 2 N `served`: a model that is to read and write many
    tokens should be smaller, and trained on more (Sardana et al. 2024).
    Raises `ValueError` on a loss that is not above E, and on fewer than 0
    tokens.
    """
    room = loss - law.E
    if not room > 0 or not served >= 0:
        raise ValueError(
            f"a loss above E = {law.E} and 0 or more tokens to serve, not "
            f"{loss} and {served}"
        )
    # Along the curve of equal loss, with u = B / D^b, the cost is smallest
    # where a A / N^a = (1 + served / 3D) b B / D^b. The left side falls with
    # u, the right one grows: their difference is halved in.
    low, high = 0.0, room
    for _ in range(200):
        u = (low + high) / 2
        D = (law.B / u) ** (1 / law.b)
        if law.a * (room - u) > (1 + served / (3 * D)) * law.b * u:
            low = u
        else:
            high = u
    u = (low + high) / 2
    N = (law.A / (room - u)) ** (1 / law.a)
    return N, (law.B / u) ** (1 / law.b)


def worth(
    unique: np.ndarray | float,
    passes: np.ndarray | float,
    half_life: float = 15.39,
) -> np.ndarray:
    """How many fresh tokens are worth as much as `passes` over `unique` ones.

    U + U R (1 - exp(-(passes - 1) / R)), R the constant `half_life`, which
    Muennighoff et al. 2023 (equation 5) fitted on web text. Never more than
    U (1 + R).
    """
    repeats = np.asarray(passes, np.float64) - 1
    if (repeats < 0).any():
        raise ValueError(f"a text is read once or more often, not {passes}")
    gain = half_life * -np.expm1(-repeats / half_life)
    return np.asarray(unique, np.float64) * (1 + gain)
