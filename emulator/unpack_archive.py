"""Downloads a ZIP archive, checks it, and unpacks it: unpack_archive.py URL SHA512 DIRECTORY.

Python's own client is used because it knows the proxies and certificates of the machine. The directory is there
afterwards with all of the archive, or not at all.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import urllib.request
import zipfile

PART_BYTES = 1 << 20
ANSWER_SECONDS_MAX = 60


def download(url: str, sha512: str, target: str) -> None:
    digest = hashlib.sha512()
    with urllib.request.urlopen(url, timeout=ANSWER_SECONDS_MAX) as answer, open(target, "wb") as file:
        while part := answer.read(PART_BYTES):
            digest.update(part)
            file.write(part)
    if digest.hexdigest() != sha512:
        sys.exit(f"{url} is not what was published: its SHA-512 is {digest.hexdigest()}")


def main() -> None:
    url, sha512, directory = sys.argv[1:]
    parent = os.path.dirname(directory)
    os.makedirs(parent, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as unfinished:
        archive = os.path.join(unfinished, "archive.zip")
        download(url, sha512, archive)
        unpacked = os.path.join(unfinished, "unpacked")
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(unpacked)
        # The archive holds one folder, named after its version.
        (name,) = os.listdir(unpacked)
        shutil.rmtree(directory, ignore_errors=True)
        os.rename(os.path.join(unpacked, name), directory)


main()
