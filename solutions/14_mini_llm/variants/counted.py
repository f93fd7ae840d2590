from functools import wraps


# %% wrong: stage_once -- the stage is read when the function is wrapped
# expects: read calls.stage at each call
def counted(function, name, calls):
    stage = calls.stage

    @wraps(function)
    def call(*arguments, **options):
        calls.number["train" if stage == "" else stage, name] += 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised.setdefault(name, error)
            raise

    return call


# %% wrong: swallowed -- the error is kept and not raised
# expects: an error must go on its way
def counted(function, name, calls):
    @wraps(function)
    def call(*arguments, **options):
        calls.number[calls.stage, name] += 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised.setdefault(name, error)

    return call


# %% wrong: last_error -- the last error replaces the first
# expects: expected the first error
def counted(function, name, calls):
    @wraps(function)
    def call(*arguments, **options):
        calls.number[calls.stage, name] += 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised[name] = error
            raise

    return call


# %% wrong: counts_successes -- a call that fails is not counted
# expects: a call that fails counts, too
def counted(function, name, calls):
    @wraps(function)
    def call(*arguments, **options):
        try:
            result = function(*arguments, **options)
        except Exception as error:
            calls.raised.setdefault(name, error)
            raise
        calls.number[calls.stage, name] += 1
        return result

    return call


# %% wrong: no_wraps -- name and docstring are lost
# expects: use wraps
def counted(function, name, calls):
    def call(*arguments, **options):
        calls.number[calls.stage, name] += 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised.setdefault(name, error)
            raise

    return call


# %% wrong: no_options -- keyword arguments are not passed on
# expects: must give what it gave before
def counted(function, name, calls):
    @wraps(function)
    def call(*arguments):
        calls.number[calls.stage, name] += 1
        try:
            return function(*arguments)
        except Exception as error:
            calls.raised.setdefault(name, error)
            raise

    return call


# %% wrong: only_the_name -- calls are counted under the name alone
# expects: keys (stage, name)
def counted(function, name, calls):
    @wraps(function)
    def call(*arguments, **options):
        calls.number[name] += 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised.setdefault(name, error)
            raise

    return call


# %% wrong: nothing_kept -- errors are not kept
# expects: calls.raised is empty
def counted(function, name, calls):
    @wraps(function)
    def call(*arguments, **options):
        calls.number[calls.stage, name] += 1
        return function(*arguments, **options)

    return call


# %% wrong: own_name -- counts under the function's own name
# expects: the function's own name
def counted(function, name, calls):
    @wraps(function)
    def call(*args, **kw):
        calls.number[calls.stage, function.__name__] += 1
        try:
            return function(*args, **kw)
        except Exception as e:
            calls.raised.setdefault(name, e)
            raise

    return call


# %% wrong: stage_after -- counts after the call, in the stage where it ends
# expects: count before you call
def counted(function, name, calls):
    @wraps(function)
    def call(*args, **kw):
        try:
            return function(*args, **kw)
        except Exception as e:
            calls.raised.setdefault(name, e)
            raise
        finally:
            calls.number[calls.stage, name] += 1

    return call


# %% wrong: first_of_all -- keeps the first error of all pieces only
# expects: the first error of each of two names
def counted(function, name, calls):
    @wraps(function)
    def call(*args, **kw):
        calls.number[calls.stage, name] += 1
        try:
            return function(*args, **kw)
        except Exception as e:
            if not calls.raised:
                calls.raised[name] = e
            raise

    return call


# %% right: update -- Counter.update and an if
def counted(function, name, calls):
    @wraps(function)
    def inner(*args, **kwargs):
        calls.number.update([(calls.stage, name)])
        try:
            result = function(*args, **kwargs)
        except Exception as exc:
            if name not in calls.raised:
                calls.raised[name] = exc
            raise exc
        else:
            return result

    return inner


# %% right: by_hand -- name and docstring are copied by hand
def counted(function, name, calls):
    def call(*arguments, **options):
        key = (calls.stage, name)
        calls.number[key] = calls.number.get(key, 0) + 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised.setdefault(name, error)
            raise

    call.__name__, call.__doc__ = (
        getattr(function, "__name__", name),
        function.__doc__,
    )
    return call


# %% right: a_class -- an object that can be called
class Counting:
    def __init__(self, function, name, calls):
        self.function, self.name, self.calls = function, name, calls
        self.__name__ = getattr(function, "__name__", name)
        self.__doc__ = function.__doc__

    def __call__(self, *arguments, **options):
        self.calls.number[self.calls.stage, self.name] += 1
        try:
            return self.function(*arguments, **options)
        except Exception as error:
            self.calls.raised.setdefault(self.name, error)
            raise


def counted(function, name, calls):
    return Counting(function, name, calls)


# %% wrong: keeps_last -- the last error is kept
# expects: not a later call's
def counted(function, name, calls):
    @wraps(function)
    def call(*arguments, **options):
        calls.number[calls.stage, name] += 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised[name] = error
            raise

    return call


# %% wrong: keeps_copy -- a copy of the error is kept
# expects: keep the error itself
def counted(function, name, calls):
    @wraps(function)
    def call(*arguments, **options):
        calls.number[calls.stage, name] += 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised.setdefault(name, type(error)(*error.args))
            raise

    return call
