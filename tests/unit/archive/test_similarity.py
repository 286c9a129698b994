"""Signatures: equal texts are equal, drafts are alike, other texts are not; looked up by what they share."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.similarity import BINS, bands_of, signature_of, similarity

HAN = "".join(map(chr, range(0x4E00, 0x5200)))


def a_text(seed: int, length: int = 4000) -> str:
    return "".join(random.Random(seed).choices(HAN, k=length))


def changed(text: str, share: float, seed: int = 1) -> str:
    """Every character is another one with this probability, as recognition errs."""
    chance = random.Random(seed)
    return "".join(chance.choice(HAN) if chance.random() < share else char for char in text)


def test_the_same_text_has_the_same_signature_however_it_is_set():
    text = a_text(1)
    lines = "\n".join(text[n:n + 30] for n in range(0, len(text), 30))
    assert signature_of([text]) == signature_of([lines]) == signature_of([lines[:1000], lines[1000:]])
    assert len(signature_of([text])) == BINS * 4


def test_signatures_do_not_change_between_programs():
    """They are stored: another way of computing them would need another name."""
    assert signature_of(["政务信息化项目建设方案" * 40])[:8].hex() == signature_of(["政务信息化项目建设方案" * 40])[:8].hex()
    assert similarity(signature_of([a_text(3)]), signature_of([a_text(3)])) == 1.0


@pytest.mark.parametrize(("share", "least", "most"), [(0.005, 0.85, 1.0), (0.02, 0.65, 0.95), (0.3, 0.0, 0.35)])
def test_alikeness_follows_how_much_was_changed(share, least, most):
    text = a_text(5)
    assert least <= similarity(signature_of([text]), signature_of([changed(text, share)])) <= most


def test_a_paragraph_put_in_leaves_drafts_alike_and_findable():
    text = a_text(7)
    draft = text[:2000] + a_text(8, 300) + text[2000:]
    one, other = signature_of([text]), signature_of([draft])
    assert similarity(one, other) > 0.8
    assert set(bands_of(one)) & set(bands_of(other))


def test_other_texts_share_nothing():
    signatures = [signature_of([a_text(seed)]) for seed in range(30)]
    assert max(similarity(a, b) for n, a in enumerate(signatures) for b in signatures[:n]) < 0.1


def test_what_is_alike_enough_is_looked_up_nearly_always():
    found = 0
    for seed in range(100):
        text = a_text(seed, 2000)
        one, other = signature_of([text]), signature_of([changed(text, 0.03, seed)])
        found += bool(set(bands_of(one)) & set(bands_of(other)))
    assert found >= 99


@given(st.text(max_size=300))
def test_any_text_has_a_signature_or_is_too_short(text):
    signature = signature_of([text])
    assert len(signature) in (0, BINS * 4)
    assert all(0 <= band < 2**63 for band in bands_of(signature))


def test_a_long_text_takes_little():
    text = a_text(1, 300_000)
    start = time.perf_counter()
    signature_of([text])
    assert time.perf_counter() - start < 2
