"""What is fuzzed in ``benchmarks/fuzz`` still reads what it starts from."""

import pytest
from fuzz.targets import TARGETS, seeds

from kolclf import ModelError
from kolclf.errors import KolclfError


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_reads_its_seeds(target):
    refused = []
    for seed in seeds(target):
        try:
            TARGETS[target](seed)
        except KolclfError as error:
            refused.append(error)
    assert len(refused) < len(seeds(target)) and all(isinstance(error, ModelError) for error in refused)
