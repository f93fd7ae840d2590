# %% wrong: feed_forward_first -- the feed-forward before the attention
# expects: its parts are called in the order
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(x, self.feed_forward, self.feed_forward_norm)
        x = add(
            x,
            lambda y: self.attention(y, *visible, angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return x


# %% wrong: one_norm -- one norm for both
# expects: its parts are called in the order
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(
            x,
            lambda y: self.attention(y, *visible, angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.attention_norm,
            )
        return add(x, self.feed_forward, self.attention_norm)


# %% wrong: dropout_on_the_stream -- dropout on the sum
# expects: its parts are called in the order
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return self.dropout(residual(x, f, norm, self.kind, self.alpha))

        x = add(
            x,
            lambda y: self.attention(y, *visible, angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: no_angles -- the angles are not passed on
# expects: `angles` = 'the angles'; here it gets None
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(x, lambda y: self.attention(y, *visible), self.attention_norm)
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: no_cache -- the cache is not passed on
# expects: `cache` = 'the cache'; here it gets None
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(
            x,
            lambda y: self.attention(y, *visible, angles),
            self.attention_norm,
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: no_mask -- the masks are not passed on
# expects: attention gets bias, causal, angles and cache
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(
            x, lambda y: self.attention(y, angles=angles), self.attention_norm
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: always_pre -- kind is ignored
# expects: Block, post: its parts are called in the order
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        x = x + self.dropout(
            self.attention(self.attention_norm(x), *visible, angles, cache)
        )
        if source is not None:
            x = x + self.dropout(
                self.cross(self.cross_norm(x), *source, source_bias)
            )
        return x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))


# %% wrong: no_alpha -- alpha is not passed on
# expects: alpha was not used
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(x, lambda y: self.dropout(f(y)), norm, self.kind)

        x = add(
            x,
            lambda y: self.attention(y, *visible, angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: cross_last -- the source behind the feed-forward
# expects: Block with a source, pre: its parts are called in the order
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(
            x,
            lambda y: self.attention(y, *visible, angles, cache),
            self.attention_norm,
        )
        x = add(x, self.feed_forward, self.feed_forward_norm)
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return x


# %% wrong: source_bias_lost -- source_bias is not passed on
# expects: source_bias hides the padding
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(
            x,
            lambda y: self.attention(y, *visible, angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(x, lambda y: self.cross(y, *source), self.cross_norm)
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% right: loop -- a list of sublayers
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        parts = [
            (
                lambda y: self.attention(y, *visible, angles, cache),
                self.attention_norm,
            )
        ]
        if source is not None:
            parts.append(
                (
                    lambda y: self.cross(y, source[0], source[1], source_bias),
                    self.cross_norm,
                )
            )
        parts.append((self.feed_forward, self.feed_forward_norm))
        for f, norm in parts:
            x = residual(
                x,
                lambda y, f=f: self.dropout(f(y)),
                norm,
                self.kind,
                self.alpha,
            )
        return x


# %% right: sequential -- names for all arguments
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def attend(y):
            seen = self.attention(
                y,
                bias=visible.bias,
                causal=visible.causal,
                angles=angles,
                cache=cache,
            )
            return self.dropout(seen)

        x = residual(x, attend, self.attention_norm, self.kind, self.alpha)
        if source:
            k, v = source

            def look(y):
                return self.dropout(self.cross(y, k=k, v=v, bias=source_bias))

            x = residual(
                x,
                sublayer=look,
                norm=self.cross_norm,
                kind=self.kind,
                alpha=self.alpha,
            )
        think = nn.Sequential(self.feed_forward, self.dropout)
        return residual(
            x, think, self.feed_forward_norm, self.kind, alpha=self.alpha
        )


# %% right: written_out -- without residual
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            y = x if self.kind == "post" else norm(x)
            skip = (
                x
                if self.kind == "pre"
                else self.alpha * (x if self.kind == "post" else y)
            )
            total = skip + self.dropout(f(y))
            return norm(total) if self.kind == "post" else total

        x = add(
            x,
            lambda y: self.attention(y, visible[0], visible[1], angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: dropout_outside -- the stream is dropped, not what the sublayer returns
# expects: yours in the order
class Block(nn.Module):
    def __init__(self, config: Config, cross: bool = False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return self.dropout(residual(x, f, norm, self.kind, self.alpha))

        x = add(
            x,
            lambda y: self.attention(y, *visible, angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: no_source_bias -- the bias of the source is not handed on
# expects: source_bias hides the padding
class Block(nn.Module):
    def __init__(self, config: Config, cross: bool = False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(
            x,
            lambda y: self.attention(y, *visible, angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(x, lambda y: self.cross(y, *source), self.cross_norm)
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: alpha_once -- alpha is forgotten at the feed-forward
# expects: alpha was not used at the feed-forward
class Block(nn.Module):
    def __init__(self, config: Config, cross: bool = False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def attend(y):
            return self.dropout(self.attention(y, *visible, angles, cache))

        x = residual(x, attend, self.attention_norm, self.kind, self.alpha)
        if source is not None:

            def look(y):
                return self.dropout(self.cross(y, *source, source_bias))

            x = residual(x, look, self.cross_norm, self.kind, self.alpha)

        def think(y):
            return self.dropout(self.feed_forward(y))

        return residual(x, think, self.feed_forward_norm, self.kind)


# %% wrong: no_dropout_in_cross -- what the attention to the source returns is not dropped
# expects: yours in the order
class Block(nn.Module):
    def __init__(self, config: Config, cross: bool = False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def attend(y):
            return self.dropout(self.attention(y, *visible, angles, cache))

        x = residual(x, attend, self.attention_norm, self.kind, self.alpha)
        if source is not None:

            def look(y):
                return self.cross(y, *source, source_bias)

            x = residual(x, look, self.cross_norm, self.kind, self.alpha)

        def think(y):
            return self.dropout(self.feed_forward(y))

        return residual(
            x, think, self.feed_forward_norm, self.kind, self.alpha
        )


# %% right: a_list -- a list of sublayers and norms
class Block(nn.Module):
    def __init__(self, config: Config, cross: bool = False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        parts = [
            (
                functools.partial(self._attend, visible, angles, cache),
                self.attention_norm,
            ),
            (
                self._look(source, source_bias),
                getattr(self, "cross_norm", None),
            ),
            (self.feed_forward, self.feed_forward_norm),
        ]
        for f, norm in parts:
            if f is not None:
                x = residual(
                    x,
                    lambda y, f=f: self.dropout(f(y)),
                    norm,
                    kind=self.kind,
                    alpha=self.alpha,
                )
        return x

    def _attend(self, visible, angles, cache, y):
        return self.attention(
            y,
            bias=visible.bias,
            causal=visible.causal,
            angles=angles,
            cache=cache,
        )

    def _look(self, source, source_bias):
        if source is None:
            return None
        k, v = source
        return lambda y: self.cross(y, k, v, bias=source_bias)


# %% wrong: attends_x -- the function for the attention uses x, not its argument
# expects: use the argument of your lambda
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm):
            return residual(
                x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
            )

        x = add(
            x,
            lambda y, x=x: self.attention(x, *visible, angles, cache),
            self.attention_norm,
        )
        if source is not None:
            x = add(
                x,
                lambda y: self.cross(y, *source, source_bias),
                self.cross_norm,
            )
        return add(x, self.feed_forward, self.feed_forward_norm)


# %% wrong: cross_no_alpha -- the attention to the source without alpha
# expects: alpha was not used at the attention to the source
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm, *how):
            return residual(x, lambda y: self.dropout(f(y)), norm, *how)

        def attend(y):
            return self.attention(y, *visible, angles, cache)

        def look_up(y):
            return self.cross(y, *source, source_bias)

        how = self.kind, self.alpha
        x = add(x, attend, self.attention_norm, *how)
        if source is not None:
            x = add(x, look_up, self.cross_norm, self.kind)
        return add(x, self.feed_forward, self.feed_forward_norm, *how)


# %% wrong: cross_post -- the attention to the source is never deep
# expects: deep, alpha = 3
class Block(nn.Module):
    def __init__(self, config, cross=False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x,
        visible,
        angles=None,
        cache=None,
        source=None,
        source_bias=None,
    ):
        def add(x, f, norm, *how):
            return residual(x, lambda y: self.dropout(f(y)), norm, *how)

        def attend(y):
            return self.attention(y, *visible, angles, cache)

        def look_up(y):
            return self.cross(y, *source, source_bias)

        how = self.kind, self.alpha
        x = add(x, attend, self.attention_norm, *how)
        if source is not None:
            x = add(
                x,
                look_up,
                self.cross_norm,
                "pre" if self.kind == "pre" else "post",
                self.alpha,
            )
        return add(x, self.feed_forward, self.feed_forward_norm, *how)
