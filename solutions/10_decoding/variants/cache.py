from typing import ClassVar

import torch


# %% wrong: only_new -- append returns the new keys alone
# expects: return all keys so far
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("full")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return k, v

    def reorder(self, rows):
        self.k, self.v = self.k[rows], self.v[rows]


# %% wrong: whole_room -- the empty places are returned, too
# expects: the tensor of all keys has the shape (2, 6, 3)
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("full")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.k, self.v

    def reorder(self, rows):
        self.k, self.v = self.k[rows], self.v[rows]


# %% wrong: no_refusal -- a full cache grows
# expects: must raise a ValueError
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        self.k = torch.cat((self.k[:, : self.length], k), dim=1)
        self.v = torch.cat((self.v[:, : self.length], v), dim=1)
        self.length += k.shape[1]
        return self.k, self.v

    def reorder(self, rows):
        self.k, self.v = self.k[rows], self.v[rows]


# %% wrong: counts_first -- the length grows although the cache refuses
# expects: also after the refusal
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start = self.length
        self.length += k.shape[1]
        if self.length > self.k.shape[1]:
            raise ValueError("full")
        self.k[:, start : self.length], self.v[:, start : self.length] = k, v
        return self.k[:, : self.length], self.v[:, : self.length]

    def reorder(self, rows):
        self.k, self.v = self.k[rows], self.v[rows]


# %% wrong: keys_only -- the values are not reordered
# expects: the values did not
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("full")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.k[:, :end], self.v[:, :end]

    def reorder(self, rows):
        self.k = self.k[rows]


# %% wrong: one_place -- one token a time, whatever comes
# expects: Cache.append
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        if self.length >= self.k.shape[1]:
            raise ValueError("full")
        self.k[:, self.length], self.v[:, self.length] = k[:, -1], v[:, -1]
        self.length += 1
        return self.k[:, : self.length], self.v[:, : self.length]

    def reorder(self, rows):
        self.k, self.v = self.k[rows], self.v[rows]


# %% wrong: not_reordered -- reorder forgets to keep the result
# expects: still in the old order
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("full")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.k[:, :end], self.v[:, :end]

    def reorder(self, rows):
        self.k.index_select(0, rows)
        self.v.index_select(0, rows)


# %% wrong: same_size -- reorder writes into the old room
# expects: rows may be longer
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("no room")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.k[:, :end], self.v[:, :end]

    def reorder(self, rows):
        self.k[:] = self.k[rows]
        self.v[:] = self.v[rows]


# %% wrong: in_place -- reorder overwrites rows that it still needs
# expects: overwritten in its place
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("no room")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.k[:, :end], self.v[:, :end]

    def reorder(self, rows):
        for i, row in enumerate(rows.tolist()):
            self.k[i] = self.k[row]
            self.v[i] = self.v[row]


# %% wrong: references -- keeps the tensors of the caller
# expects: the cache has changed with them
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.room, self.parts, self.length = room, [], 0

    def append(self, k, v):
        if self.length + k.shape[1] > self.room:
            raise ValueError(f"room for {self.room}")
        self.parts.append((k, v))
        self.length += k.shape[1]
        return tuple(torch.cat(x, dim=1) for x in zip(*self.parts))

    def reorder(self, rows):
        self.parts = [(k[rows], v[rows]) for k, v in self.parts]


# %% wrong: values_first -- returns values and then keys
# expects: keys come first
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("full")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.v[:, :end], self.k[:, :end]

    def reorder(self, rows):
        self.k, self.v = self.k[rows], self.v[rows]


# %% wrong: inverse -- row i goes to place rows[i]
# expects: is the old row 2
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("full")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.k[:, :end], self.v[:, :end]

    def reorder(self, rows):
        k, v = self.k.clone(), self.v.clone()
        k[rows], v[rows] = (
            self.k[: len(rows)].clone(),
            self.v[: len(rows)].clone(),
        )
        self.k, self.v = k, v


# %% right: lists -- pieces in a list, joined when asked
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.room, self.length = room, 0
        self.pieces = [(torch.zeros(B, 0, C, dtype=dtype),) * 2]

    def append(self, k, v):
        if self.length + k.shape[1] > self.room:
            raise ValueError(f"no room for {k.shape[1]} more")
        self.pieces.append((k.clone(), v.clone()))
        self.length += k.shape[1]
        return tuple(torch.cat(part, dim=1) for part in zip(*self.pieces))

    def reorder(self, rows):
        self.pieces = [(k[rows], v[rows]) for k, v in self.pieces]


# %% right: index_copy -- places by their numbers
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        n = k.shape[1]
        if n > self.k.shape[1] - self.length:
            raise ValueError("the cache is full")
        places = torch.arange(self.length, self.length + n)
        self.k.index_copy_(1, places, k)
        self.v.index_copy_(1, places, v)
        self.length += n
        return self.k.narrow(1, 0, self.length), self.v.narrow(
            1, 0, self.length
        )

    def reorder(self, rows):
        self.k = self.k.index_select(0, rows)
        self.v = self.v.index_select(0, rows)


# %% right: copies -- append returns copies
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=dtype)
        self.v = torch.zeros(B, room, C, dtype=dtype)
        self.length = 0

    def append(self, k, v):
        _B, n, _C = k.shape
        if self.length + n > self.k.size(1):
            raise ValueError((self.length, n))
        for t in range(n):
            self.k[:, self.length + t] = k[:, t]
            self.v[:, self.length + t] = v[:, t]
        self.length += n
        return self.k[:, : self.length].clone(), self.v[
            :, : self.length
        ].clone()

    def reorder(self, rows):
        self.k = torch.stack([self.k[int(r)] for r in rows])
        self.v = torch.stack([self.v[int(r)] for r in rows])


# %% wrong: shared_rooms -- caches of one shape share their room
# expects: a room of its own
class Cache:
    rooms: ClassVar = {}

    def __init__(self, B, room, C, dtype=torch.float64):
        key = (B, room, C, dtype)
        if key not in Cache.rooms:
            Cache.rooms[key] = (
                torch.zeros(B, room, C, dtype=dtype),
                torch.zeros(B, room, C, dtype=dtype),
            )
        self.k, self.v = Cache.rooms[key]
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("no room")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.k[:, :end], self.v[:, :end]

    def reorder(self, rows):
        self.k, self.v = self.k[rows], self.v[rows]


# %% wrong: always_double -- the room is always float64
# expects: returns float32
class Cache:
    def __init__(self, B, room, C, dtype=torch.float64):
        self.k = torch.zeros(B, room, C, dtype=torch.float64)
        self.v = torch.zeros(B, room, C, dtype=torch.float64)
        self.length = 0

    def append(self, k, v):
        start, end = self.length, self.length + k.shape[1]
        if end > self.k.shape[1]:
            raise ValueError("no room")
        self.k[:, start:end], self.v[:, start:end] = k, v
        self.length = end
        return self.k[:, :end], self.v[:, :end]

    def reorder(self, rows):
        self.k, self.v = self.k[rows], self.v[rows]
