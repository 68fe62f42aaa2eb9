"""cartpk.once_per_trial: made once of the same tables and config, again of others, forgotten with them."""

import gc
import weakref

from cartpk.once_per_trial import once_per_trial


class Stand:
    """Stands in for tables or a config: known by what it is, not by what it holds."""


def test_the_same_tables_and_config_are_asked_once_and_others_again():
    asked = []
    make = once_per_trial(lambda data, config: asked.append((data, config)) or len(asked))
    one, other, config = Stand(), Stand(), Stand()
    assert [make(one, config), make(one, config), make(other, config), make(one, Stand())] == [1, 1, 2, 3]


def test_what_was_made_goes_with_its_tables():
    make = once_per_trial(lambda data, config: config)
    data, config = Stand(), Stand()
    kept = weakref.ref(make(data, config))
    del data, config
    gc.collect()
    assert kept() is None
