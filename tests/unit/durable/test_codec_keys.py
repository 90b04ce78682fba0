"""A service's keys: made, rotated under a running process, handed out in two steps, and its own."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure

from deploy.secret_files import prepare_codec_keys
from shared.durable.codec_keys import KEY_ID, create, following, rotate, together
from shared.durable.converter import Codec, converter_from, data_converter
from shared.errors import Poison
from shared.vault import keyset
from shared.vault.errors import KeysetUnusable

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"canary"')


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The keys of intake."""
    made = tmp_path / "codec-intake.json"
    create(made, "intake")
    return made


async def test_a_running_codec_seals_under_the_new_key_and_still_opens_what_the_old_one_sealed(file: Path) -> None:
    codec = Codec(following(file))
    before = await codec.encode([PLAIN])

    rotate(file, "intake")
    after = await codec.encode([PLAIN])

    assert [sealed.metadata[KEY_ID] for sealed in (*before, *after)] == [b"intake-1", b"intake-2"]
    assert await codec.decode([*before, *after]) == [PLAIN, PLAIN]


async def test_a_running_codec_opens_what_another_process_has_sealed_under_a_newer_key(file: Path) -> None:
    reader, writer = Codec(following(file)), Codec(following(file))
    await reader.decode(await writer.encode([PLAIN]))

    rotate(file, "intake")

    assert await reader.decode(await writer.encode([PLAIN])) == [PLAIN]


async def test_who_looks_at_all_histories_opens_the_payloads_of_every_service(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "codec-corps.json"
    create(other, "corps")
    sealed = [*await Codec(following(file)).encode([PLAIN]), *await Codec(following(other)).encode([PLAIN])]

    assert await Codec(together([file, other])).decode(sealed) == [PLAIN, PLAIN]


async def test_a_prepared_key_opens_and_seals_only_after_the_rotation(file: Path) -> None:
    codec = Codec(following(file))

    assert rotate(file, "intake", only_prepare=True) == "intake-2"
    (sealed,) = await codec.encode([PLAIN])
    assert sealed.metadata[KEY_ID] == b"intake-1"

    assert rotate(file, "intake") == "intake-2"
    (sealed,) = await codec.encode([PLAIN])
    assert sealed.metadata[KEY_ID] == b"intake-2"
    assert rotate(file, "intake") == "intake-3"


async def test_one_service_opens_nothing_of_another(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "codec-corps.json"
    create(other, "corps")
    sealed = await Codec(following(file)).encode([PLAIN])

    with pytest.raises(Poison) as refused:
        await Codec(following(other)).decode(sealed)

    assert refused.value.code == "payload_key_unknown"


async def test_the_one_key_of_earlier_versions_opens_for_every_service_and_seals_nothing_new(tmp_path: Path) -> None:
    former = tmp_path / "codec-keyset.json"
    keyset.create_if_missing(former)
    sealed = await Codec(keyset.load(former)).encode([PLAIN])
    files = {name: tmp_path / f"codec-{name}.json" for name in ("intake", "corps")}

    prepare_codec_keys(files, former)
    first = {name: file.read_text() for name, file in files.items()}
    prepare_codec_keys(files, former)

    assert {name: file.read_text() for name, file in files.items()} == first, "a file that is there is never touched"
    for name, file in files.items():
        codec = Codec(following(file))
        assert await codec.decode(sealed) == [PLAIN]
        assert (await codec.encode([PLAIN]))[0].metadata[KEY_ID] == f"{name}-1".encode()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_file_that_others_may_read_stops_the_codec(file: Path) -> None:
    codec = Codec(following(file))
    rotate(file, "intake")
    file.chmod(0o644)

    with pytest.raises(KeysetUnusable):
        await codec.encode([PLAIN])


async def test_message_and_stack_trace_of_a_failure_are_sealed(file: Path) -> None:
    converter = converter_from(file)
    failure = Failure()
    try:
        raise RuntimeError("canary in a message")
    except RuntimeError as error:
        await converter.encode_failure(error, failure)

    stored = failure.SerializeToString()
    assert b"canary" not in stored
    assert b"test_codec_keys" not in stored, "the stack trace"
    assert b"RuntimeError" in stored, "the class is what may be read"
    assert "canary in a message" in str(await converter.decode_failure(failure))


async def test_a_failure_opens_under_no_other_key(file: Path) -> None:
    failure = Failure()
    await converter_from(file).encode_failure(RuntimeError("canary"), failure)

    with pytest.raises(Poison) as refused:
        await data_converter(keyset.Keyset("x", {"x": bytes(32)})).decode_failure(failure)

    assert refused.value.code == "payload_key_unknown"
