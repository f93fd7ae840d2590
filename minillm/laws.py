"""The two forms of a scaling law, and the constants that were published."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chinchilla:
    """L = E + A / N^a + B / D^b (Hoffmann et al. 2022, equation 2)."""

    E: float
    A: float
    B: float
    a: float
    b: float


@dataclass(frozen=True)
class Kaplan:
    """L = ((Nc / N)^(aN / aD) + Dc / D)^aD (Kaplan et al. 2020, 1.5); N
    counts no embeddings.
    """

    Nc: float
    Dc: float
    aN: float
    aD: float


KAPLAN = Kaplan(6.4e13, 1.8e13, 0.076, 0.103)
# The same fit, printed in the paper, in the TeX file of the paper, and made
# again from the points of its figure.
PRINTED = Chinchilla(1.69, 406.4, 410.7, 0.34, 0.28)
SOURCE = Chinchilla(1.6934, 406.4, 410.7, 0.3392, 0.2849)
REFIT = Chinchilla(1.8172, 482.01, 2085.43, 0.3478, 0.3658)
