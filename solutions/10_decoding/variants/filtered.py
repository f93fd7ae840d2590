# %% wrong: late_temperature -- temperature after top-p
# expects: temperature comes before top-p
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if penalty is not None:
        logits = repetition_penalty(logits, ids, penalty)
    if k is not None:
        logits = top_k(logits, k)
    if p is not None:
        logits = top_p(logits, p)
    if tau is not None:
        logits = temperature(logits, tau)
    if least is not None:
        logits = min_p(logits, least)
    return logits


# %% wrong: p_before_k -- top-p before top-k
# expects: after top-k the first word has 2/3
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if penalty is not None:
        logits = repetition_penalty(logits, ids, penalty)
    if tau is not None:
        logits = temperature(logits, tau)
    if p is not None:
        logits = top_p(logits, p)
    if k is not None:
        logits = top_k(logits, k)
    if least is not None:
        logits = min_p(logits, least)
    return logits


# %% wrong: truth -- a setting of 0 counts as none
# expects: only None leaves a rule out
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if penalty:
        logits = repetition_penalty(logits, ids, penalty)
    if tau:
        logits = temperature(logits, tau)
    if k:
        logits = top_k(logits, k)
    if p:
        logits = top_p(logits, p)
    if least:
        logits = min_p(logits, least)
    return logits


# %% wrong: separate -- each rule sees the original logits
# expects: one expected
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    result = logits
    if penalty is not None:
        result = repetition_penalty(logits, ids, penalty)
    if tau is not None:
        result = temperature(result, tau)
    given = result
    if k is not None:
        result = top_k(given, k)
    if p is not None:
        result = result.minimum(top_p(given, p))
    if least is not None:
        result = result.minimum(min_p(given, least))
    return result


# %% wrong: late_penalty -- the penalty comes last
# expects: word 1 was there
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if tau is not None:
        logits = temperature(logits, tau)
    if k is not None:
        logits = top_k(logits, k)
    if p is not None:
        logits = top_p(logits, p)
    if least is not None:
        logits = min_p(logits, least)
    if penalty is not None:
        logits = repetition_penalty(logits, ids, penalty)
    return logits


# %% wrong: penalty_second -- the temperature before the penalty
# expects: penalty 4 makes word 1 the best
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if tau is not None:
        logits = temperature(logits, tau)
    if penalty is not None:
        logits = repetition_penalty(logits, ids, penalty)
    if k is not None:
        logits = top_k(logits, k)
    if p is not None:
        logits = top_p(logits, p)
    if least is not None:
        logits = min_p(logits, least)
    return logits


# %% wrong: zero_is_none -- 0 counts as none, except for the temperature
# expects: only None leaves a rule out
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if penalty:
        logits = repetition_penalty(logits, ids, penalty)
    if tau is not None:
        logits = temperature(logits, tau)
    if k:
        logits = top_k(logits, k)
    if p:
        logits = top_p(logits, p)
    if least:
        logits = min_p(logits, least)
    return logits


# %% wrong: falsy -- 0 leaves a rule out
# expects: only None leaves a rule out
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if penalty:
        logits = repetition_penalty(logits, ids, penalty)
    if tau is not None:
        logits = temperature(logits, tau)
    if k:
        logits = top_k(logits, k)
    if p is not None:
        logits = top_p(logits, p)
    if least is not None:
        logits = min_p(logits, least)
    return logits


# %% wrong: min_p_before_top_p -- the last two rules in the other order
# expects: top-p comes before min-p
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if penalty is not None:
        logits = repetition_penalty(logits, ids, penalty)
    if tau is not None:
        logits = temperature(logits, tau)
    if k is not None:
        logits = top_k(logits, k)
    if least is not None:
        logits = min_p(logits, least)
    if p is not None:
        logits = top_p(logits, p)
    return logits


# %% right: list_of_rules -- a list of functions
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    rules = [
        (penalty, lambda z: repetition_penalty(z, ids, penalty)),
        (tau, lambda z: temperature(z, tau)),
        (k, lambda z: top_k(z, k)),
        (p, lambda z: top_p(z, p)),
        (least, lambda z: min_p(z, least)),
    ]
    for setting, rule in rules:
        if setting is not None:
            logits = rule(logits)
    return logits


# %% right: neutral -- None replaced by settings that change nothing
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    z = repetition_penalty(logits, ids, 1.0 if penalty is None else penalty)
    z = temperature(z, 1.0 if tau is None else tau)
    z = top_k(z, logits.shape[-1] if k is None else k)
    z = top_p(z, 1.0 if p is None else p)
    return min_p(z, 0.0 if least is None else least)


# %% right: expressions -- one conditional expression a line
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    z = logits.clone()
    z = z if penalty is None else repetition_penalty(z, ids, penalty)
    z = z if tau is None else temperature(z, tau)
    z = z if k is None else top_k(z, k)
    z = z if p is None else top_p(z, p)
    return z if least is None else min_p(z, least)


# %% wrong: cold_return -- at tau 0 the later rules are skipped
# expects: refuses its setting
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if penalty is not None:
        logits = repetition_penalty(logits, ids, penalty)
    if tau is not None:
        logits = temperature(logits, tau)
        if tau == 0:
            return logits
    if k is not None:
        logits = top_k(logits, k)
    if p is not None:
        logits = top_p(logits, p)
    if least is not None:
        logits = min_p(logits, least)
    return logits


# %% wrong: p_over -- top-p is left out from 1 on
# expects: refuses its setting
def filtered(logits, ids, penalty=None, tau=None, k=None, p=None, least=None):
    if penalty is not None:
        logits = repetition_penalty(logits, ids, penalty)
    if tau is not None:
        logits = temperature(logits, tau)
    if k is not None:
        logits = top_k(logits, k)
    if p is not None and not p >= 1:
        logits = top_p(logits, p)
    if least is not None:
        logits = min_p(logits, least)
    return logits
