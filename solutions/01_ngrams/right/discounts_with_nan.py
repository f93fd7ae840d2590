"""problem: discounts
way: computes first and looks at the result afterwards
"""

import numpy as np


def discounts(count):
    n1, n2, n3, n4 = (np.float64(np.sum(count == i)) for i in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    d = np.array(
        [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    )
    good = n3 > 0 and np.all(d[1:] > 0)
    return d if good else np.array([0, 0.5, 1, 1.5])
