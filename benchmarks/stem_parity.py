"""Do stems equal PySastrawi's? On every word of SmSA and on affixed roots, outside titles and protected words."""

import itertools
import re
import sys
from importlib.metadata import version
from pathlib import Path

from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

from kolclf.concepts import protected_words
from kolclf.stem import stem

PREFIXES = ("", "me", "mem", "meng", "pe", "per", "ber", "di", "ter", "ke", "memper")
SUFFIXES = ("", "kan", "an", "i", "nya")


def main() -> None:
    """Compare and print."""
    factory = StemmerFactory()
    oracle = factory.create_stemmer()
    words = {
        word
        for path in Path(sys.argv[1]).glob("*.tsv")
        for word in re.findall("[a-z]+", path.read_text(encoding="utf-8"))
    }
    roots = [root for root in factory.get_words() if root.isalpha() and root.isascii()][::20]
    affixed = {p + root + s for root, p, s in itertools.product(roots, PREFIXES, SUFFIXES)}
    tokens = sorted(
        token for token in words | affixed if token not in protected_words() and not token.startswith("gelar")
    )
    differ = [token for token in tokens if stem(token) != oracle.stem(token)]
    print(
        f"PySastrawi {version('PySastrawi')}: {len(tokens)} distinct tokens ({len(words)} of SmSA), {len(differ)} stems differ",
        differ[:10],
    )
    kept = sorted(words & protected_words())
    changed = [word for word in kept if oracle.stem(word) != word]
    print(f"{len(kept)} words of SmSA are protected; Sastrawi would change {len(changed)}:", ", ".join(changed[:40]))


if __name__ == "__main__":
    main()
