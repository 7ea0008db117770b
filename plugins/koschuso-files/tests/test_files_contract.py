"""The files driver keeps the contract."""

import errno
import shutil
from contextlib import contextmanager
from pathlib import Path

import koschuso_files
import pytest
from koschuso_files import koschuso_stores
from koschuso_files.driver import FilesDriver

from koschuso.store.driver import Capability
from koschuso.testing import PluginConformance, StoreConformance, StoreUnderTest

GOLDEN = Path(__file__).parent / "golden"


class TestFiles(StoreConformance):
    @pytest.fixture
    def store(self, tmp_path):
        (backend,) = koschuso_stores()

        def golden():
            shutil.copytree(GOLDEN / "store-v1", tmp_path / "golden")
            return FilesDriver(tmp_path / "golden")

        @contextmanager
        def full_disk(_driver):
            def write(*_arguments):
                raise OSError(errno.ENOSPC, "no space")

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("koschuso_files.disk.os.write", write)
                yield

        under_test = StoreUnderTest.of(
            backend,
            f"files:///{tmp_path / 'office'}?ort=geprueft",
            golden=golden,
            disturb=full_disk,
            golden_cursor=(GOLDEN / "cursor.txt").read_text(encoding="ascii").strip(),
        )
        yield under_test
        under_test.clean()


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self):
        return koschuso_files


def test_the_backend_declares_what_the_driver_offers(tmp_path):
    (backend,) = koschuso_stores()
    with FilesDriver(tmp_path / "office") as driver:
        assert driver.capabilities == backend.capabilities == frozenset(Capability)
