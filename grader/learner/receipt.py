"""Receipts: signed records of grades, so that a mark made elsewhere, such as in the CI of a fork, can be checked."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

import msgspec
import platformdirs

from grader.content import fingerprint
from grader.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from grader.content.kata import Kata
    from grader.result import Result

KEY_VARIABLE: Final = "GRADER_RECEIPT_KEY"
"""Where a CI system keeps the secret key: 32 bytes in base64."""

_NUM_KEY_BYTES: Final = 32


class Receipt(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a grade said, and of what; digests are SHA-256 in hexadecimal."""

    version: int = 1
    kata: str
    submission: str
    """Digest of the submission."""
    kata_files: str
    """Digest of the kata's files, the hidden ones among them."""
    engine: str
    libraries: dict[str, str]
    """Versions by name."""
    seed: int
    device: str
    status: str
    score: float
    max_score: float
    sandbox: list[str]
    """The layers that were active."""
    graded_at: str
    """In UTC, as ISO 8601 says."""


class SignedReceipt(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A receipt with its signature (Ed25519, RFC 8032) over the receipt as JSON with sorted keys and without blanks."""

    receipt: Receipt
    public_key: str
    signature: str


def make_receipt(kata: Kata, source: bytes, result: Result) -> Receipt:
    """Records what a grade said of a submission."""
    return Receipt(
        kata=kata.name,
        submission=hashlib.sha256(source).hexdigest(),
        kata_files=fingerprint.of_kata(kata),
        engine=fingerprint.of_engine(),
        libraries=fingerprint.library_versions(),
        seed=result.seed,
        device=result.device,
        status=result.status,
        score=result.score,
        max_score=result.max_score,
        sandbox=result.sandbox,
        graded_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def sign(receipt: Receipt) -> bytes:
    """Signs a receipt with the key of `GRADER_RECEIPT_KEY`, or of the user, which is made when first needed.

    Raises:
        UsageError: the key is not one, or cannot be kept.
    """
    key = _load_key()
    signed = SignedReceipt(
        receipt=receipt,
        public_key=_to_text(key.public_key().public_bytes_raw()),
        signature=_to_text(key.sign(_content(receipt))),
    )
    return msgspec.json.format(msgspec.json.encode(signed), indent=2) + b"\n"


def read(content: bytes, name: str) -> SignedReceipt:
    """Reads a receipt, whose signature may still be wrong.

    Args:
        content: the bytes of the file.
        name: how messages call it.

    Raises:
        UsageError: it is no receipt.
    """
    try:
        return msgspec.json.decode(content, type=SignedReceipt)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{name}: expected a receipt, as `grader run KATA --receipt FILE` writes it, found something else ({error})."
        ) from error


def is_signed(signed: SignedReceipt) -> bool:
    """Says whether the signature is that of the public key in the file, over this very receipt."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(_from_text(signed.public_key))
        key.verify(_from_text(signed.signature), _content(signed.receipt))
    except (InvalidSignature, ValueError):
        return False
    return True


def differences(receipt: Receipt, other: Receipt) -> list[str]:
    """Says in which respects two records of grades differ, when they were made and which layers were active aside."""
    mine, theirs = (msgspec.structs.asdict(record) for record in (receipt, other))
    left_out = ("graded_at", "sandbox")
    return [
        f"{name}: {mine[name]} / {theirs[name]}" for name in mine if name not in left_out and mine[name] != theirs[name]
    ]


def _content(receipt: Receipt) -> bytes:
    return msgspec.json.encode(receipt, order="sorted")


def _load_key() -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    text, where = os.environ.get(KEY_VARIABLE), KEY_VARIABLE
    if text is None:
        path = platformdirs.user_config_path("grader") / "receipt.key"
        where = str(path)
        try:
            text = path.read_text(encoding="ascii") if path.exists() else _make_key(path)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: the key for receipts cannot be used ({error}); set {KEY_VARIABLE}.") from error
    with contextlib.suppress(ValueError):
        secret = _from_text(text)
        if len(secret) == _NUM_KEY_BYTES:
            return Ed25519PrivateKey.from_private_bytes(secret)
    raise UsageError(
        f"{where}: expected a key of {_NUM_KEY_BYTES} bytes in base64, found something else; make another."
    )


def _make_key(path: Path) -> str:
    text = _to_text(os.urandom(_NUM_KEY_BYTES))
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
    return text


def _to_text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _from_text(text: str) -> bytes:
    return base64.b64decode(text.strip(), validate=True)
