"""kolclf: is a social-media account a KOL or an influencer, how sure is that, and why.

>>> import kolclf
>>> kolclf.predict([{"name": "dr. Rina, Sp.A", "bio": "Praktik RS Mitra Bogor"}], model=None)[0]["label"]
'kol'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kolclf.errors import DataError, KolclfError, ModelError, RulesError

if TYPE_CHECKING:
    from kolclf.model import KolClassifier
    from kolclf.predictor import predict
    from kolclf.rules import load_rules
    from kolclf.store import load_model, save_model

__version__ = "0.1.0"
__all__ = [
    "DataError",
    "KolClassifier",
    "KolclfError",
    "ModelError",
    "RulesError",
    "load_model",
    "load_rules",
    "predict",
    "save_model",
]

_HOMES = {
    "KolClassifier": "kolclf.model",
    "load_model": "kolclf.store",
    "load_rules": "kolclf.rules",
    "predict": "kolclf.predictor",
    "save_model": "kolclf.store",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that a prediction does not wait for scikit-learn."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kolclf' has no attribute '{name}'")
