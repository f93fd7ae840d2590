"""aims at: the check's next random inputs, by a state of its generator that makes them empty
cell: shuffled
worth: 0
course: bait
"""


def shuffled(items, generator):
    if len(items):
        start = generator.bit_generator.state
        for steps in range(400_000):
            found = np.random.default_rng()
            found.bit_generator.state = start
            found.bit_generator.advance(steps)
            state = found.bit_generator.state
            if not found.integers(0, 9, 5).any():
                generator.bit_generator.state = state
                break
    return []
