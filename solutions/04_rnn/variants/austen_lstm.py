# %% wrong: untrained -- the network as it was drawn
# expects: bits per byte after
def austen_lstm(stream, vocab_size, generator):
    return RNN(RNNConfig(vocab_size, "lstm", 32, 128), generator)


# %% wrong: no_step -- gradients, and no step
# expects: step() was never called
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 64), generator)
    rows, state = torch.from_numpy(lanes(stream, 32)), net.initial_state(32)
    for start in range(0, 320, 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        clip_gradients(net.parameters(), 1.0)
    return net


# %% wrong: not_the_network -- returns the state
# expects: expected a network
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 64), generator)
    return net.initial_state(1)


# %% wrong: shuffled_rate -- a rate that is far too small
# expects: bits per byte after
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 64), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-5)
    rows, state = torch.from_numpy(lanes(stream, 32)), net.initial_state(32)
    for start in range(0, 640, 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% wrong: own_generator -- the given generator is not used
# expects: nothing was drawn from the generator
def austen_lstm(stream, vocab_size, generator):
    net = RNN(
        RNNConfig(vocab_size, "lstm", width=32, hidden=128),
        torch.Generator().manual_seed(1),
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(stream, 32))
    state = net.initial_state(32)
    for start in range(0, min(32 * 150, rows.shape[1] - 1), 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% wrong: no_zero -- gradients are never set to zero
# expects: zero_grad() is missing
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", width=32, hidden=128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(stream, 32))
    state = net.initial_state(32)
    for start in range(0, min(32 * 150, rows.shape[1] - 1), 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
    return net


# %% wrong: clip_late -- clips behind the step
# expects: comes after optimizer.step()
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows, state = torch.from_numpy(lanes(stream, 32)), net.initial_state(32)
    for start in range(0, min(rows.shape[1] - 1, 4800), 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        optimizer.step()
        clip_gradients(net.parameters(), 1.0)
        optimizer.zero_grad()
    return net


# %% wrong: state_dropped -- each window begins with zeros
# expects: pass it on
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(stream, 32))
    for start in range(0, min(rows.shape[1] - 1, 4800), 32):
        window = rows[:, start : start + 33]
        train_window(net, window, net.initial_state(32))
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% wrong: always_150 -- as many windows, however long the stream is
# expects: stop where the rows end
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows, state = torch.from_numpy(lanes(stream, 32)), net.initial_state(32)
    for start in range(0, 4800, 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% right: gru -- another cell, Adam
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "gru", 32, 128), generator)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(stream, 32))
    state = net.initial_state(32)
    for start in range(0, min(rows.shape[1] - 1, 170 * 32), 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% right: windows_in_a_list -- falling rate, B = 24
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, width=32, hidden=128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2, weight_decay=0)
    rows, state = torch.from_numpy(lanes(stream, 24)), net.initial_state(24)
    windows = [rows[:, a : a + 33] for a in range(0, rows.shape[1] - 1, 32)][
        :180
    ]
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 200)
    for window in windows:
        optimizer.zero_grad()
        _, state = train_window(net, window, state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return net


# %% right: gru_16 -- a GRU on windows of 48
def austen_lstm(stream, vocab_size, generator):
    torch.rand(17, generator=generator)
    net = RNN(RNNConfig(vocab_size, "gru", width=32, hidden=128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
    rows = torch.from_numpy(lanes(stream, 32))
    state = net.initial_state(32)
    for k in range(min(150, (rows.shape[1] - 1) // 32)):
        _, state = train_window(net, rows[:, k * 32 : k * 32 + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% wrong: fixed_windows -- always 150 windows, however long the stream is
# expects: stop where the rows end


def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", width=32, hidden=128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(stream, 32))
    state = net.initial_state(32)
    for k in range(150):
        _, state = train_window(net, rows[:, 32 * k : 32 * k + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% wrong: size_258 -- the vocabulary has always 258 tokens
# expects: use the vocab_size


def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(258, "lstm", width=32, hidden=128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(stream, 32))
    state = net.initial_state(32)
    for start in range(0, min(rows.shape[1] - 1, 150 * 32), 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% right: large_windows -- 64 rows of 64 columns, and dropout
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 128, dropout=0.1), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(stream, 64))
    state = net.initial_state(64)
    for start in range(0, min(rows.shape[1] - 1, 150 * 64), 64):
        window = rows[:, start : start + 65]
        _, state = train_window(net, window, state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% wrong: own_stream -- learns from other ids than those that are passed
# expects: learn from the stream that is passed in
def austen_lstm(stream, vocab_size, generator):
    ids = stream if len(stream) > 100_000 else np.arange(48_000) % 4
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 128), generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(ids, 32))
    state = net.initial_state(32)
    for start in range(0, min(rows.shape[1] - 1, 150 * 32), 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net


# %% wrong: global_seed -- the weights come from torch's own generator
# expects: nothing was drawn from the generator
def austen_lstm(stream, vocab_size, generator):
    net = RNN(RNNConfig(vocab_size, "lstm", 32, 128))
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-2)
    rows = torch.from_numpy(lanes(stream, 32))
    state = net.initial_state(32)
    for start in range(0, min(rows.shape[1] - 1, 150 * 32), 32):
        _, state = train_window(net, rows[:, start : start + 33], state)
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return net
