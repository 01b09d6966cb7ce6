# SPDX-License-Identifier: EUPL-1.2
"""A scenario as somebody reads it who works with people: each step is a sentence, and what it does stands under it.  The sentences of a
run are printed, the last one is where it broke."""
import contextlib


def _step(word):
    @contextlib.contextmanager
    def step(sentence):
        print(f"{word} {sentence}", flush=True)
        yield
    return step


given, when, then = _step("Given"), _step("When"), _step("Then")
