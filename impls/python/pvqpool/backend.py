#!/usr/bin/env python3
"""backend.py: builds the package: a build backend (PEP 517, PEP 660) that needs nothing but a C compiler and Python.h.

    backend.py FOLDER    the package, ready to import, in FOLDER/pvqpool; `make python` calls it
"""
import base64
import hashlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
IMPLS = os.path.normpath(os.path.join(HERE, "..", ".."))
LIMITED_API = "0x030b0000"
NATIVE = "pvqpool/_native.abi3.so"
FLAGS = ("-std=gnu11 -D_GNU_SOURCE -fPIC -pthread -fvisibility=hidden -Wall -Wextra -shared "
         f"-DPy_LIMITED_API={LIMITED_API}")


def project():
    with open(os.path.join(HERE, "pyproject.toml"), "rb") as file:
        return tomllib.load(file)["project"]


def read(*path):
    with open(os.path.join(HERE, *path), "rb") as file:
        return file.read()


def in_folder(folder, end):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(end))


# ---- the extension ----

def engine():
    """(folders of headers, sources) of the engine and of the statistics: beside the package in a source distribution, else
    where the suite has them."""
    beside = os.path.join(HERE, "engine")
    if os.path.isdir(beside):
        return [beside], in_folder(beside, ".c") + in_folder(os.path.join(beside, "stats"), ".c")
    top = os.path.dirname(IMPLS)
    with open(os.path.join(top, "scripts", "library.mk")) as file:
        stems = re.search(r"^POOL_LIB\s*:=\s*\$\(patsubst %,impls/%\.c,(.*)\)$", file.read(), re.M)[1].split()
    sources = [os.path.join(IMPLS, stem + ".c") for stem in stems]
    return [IMPLS, os.path.join(top, "benches")], sources + [os.path.join(top, "benches", "stats", "stats.c")]


def compile_to(path):
    """Compiles everything in one go: it takes two seconds."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        sys.exit("pvqpool needs an interpreter with the GIL: this one is free-threaded")
    folders, sources = engine()
    headers = sysconfig.get_path("include")
    if not os.path.exists(os.path.join(headers, "Python.h")):
        sys.exit(f"pvqpool: no Python.h in {headers}; on Debian: apt install python3-dev")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    command = [*shlex.split(os.environ.get("CC", "cc")), *shlex.split(os.environ.get("CFLAGS", "-O2 -g")), *FLAGS.split(),
               *(f"-I{folder}" for folder in folders), f"-I{headers}", *in_folder(os.path.join(HERE, "native"), ".c"), *sources,
               *shlex.split(os.environ.get("LDFLAGS", "")), "-lm", "-o", path]
    if subprocess.run(command).returncode:
        sys.exit("pvqpool: the C compiler has said why")


def build_folder(folder):
    shutil.rmtree(os.path.join(folder, "pvqpool"), ignore_errors=True)
    os.makedirs(os.path.join(folder, "pvqpool"))
    for source in in_folder(os.path.join(HERE, "pvqpool"), ".py"):
        with open(os.path.join(folder, "pvqpool", os.path.basename(source)), "wb") as file:
            file.write(read(source))
    compile_to(os.path.join(folder, NATIVE))


# ---- the wheel ----

def metadata():
    """The core metadata (PEP 621 names the fields)."""
    about = project()
    lines = ["Metadata-Version: 2.1", f"Name: {about['name']}", f"Version: {about['version']}",
             f"Summary: {about['description']}", f"License: {about['license']['text']}",
             f"Requires-Python: {about['requires-python']}", *(f"Classifier: {word}" for word in about["classifiers"]),
             "Description-Content-Type: text/markdown"]
    return "\n".join(lines).encode() + b"\n\n" + read(about["readme"])


def stem():
    about = project()
    return f"{about['name']}-{about['version']}"


def tag():
    return "cp311-abi3-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")


def wheel_text():
    return f"Wheel-Version: 1.0\nGenerator: pvqpool\nRoot-Is-Purelib: false\nTag: {tag()}\n".encode()


def write_wheel(folder, files):
    """files: name -> bytes. Returns the wheel's name."""
    about = f"{stem()}.dist-info"
    files = {**files, f"{about}/METADATA": metadata(), f"{about}/WHEEL": wheel_text()}
    record = []
    name = f"{stem()}-{tag()}.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(content)}\n")
            wheel.writestr(path, content)
        wheel.writestr(f"{about}/RECORD", "".join(record) + f"{about}/RECORD,,\n")
    return name


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    about = f"{stem()}.dist-info"
    os.makedirs(os.path.join(metadata_directory, about))
    for name, content in ("METADATA", metadata()), ("WHEEL", wheel_text()):
        with open(os.path.join(metadata_directory, about, name), "wb") as file:
            file.write(content)
    return about


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    native = os.path.join(wheel_directory, "_native.abi3.so")
    compile_to(native)
    with open(native, "rb") as file:
        files = {NATIVE: file.read()}
    os.unlink(native)
    for source in in_folder(os.path.join(HERE, "pvqpool"), ".py"):
        files["pvqpool/" + os.path.basename(source)] = read(source)
    return write_wheel(wheel_directory, files)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """The extension goes beside the sources, and the wheel names their folder."""
    compile_to(os.path.join(HERE, NATIVE))
    return write_wheel(wheel_directory, {"pvqpool.pth": HERE.encode() + b"\n"})


def build_sdist(sdist_directory, config_settings=None):
    folders, sources = engine()
    name = f"{stem()}.tar.gz"
    paths = {"engine/" + os.path.basename(path): path for path in sources + in_folder(folders[0], ".h")}
    stats = os.path.join(folders[-1], "stats", "stats.")
    del paths["engine/stats.c"]
    paths.update({"engine/stats/stats." + end: stats + end for end in "ch"})
    for part, end in (("native", ".c"), ("native", ".h"), ("pvqpool", ".py")):
        paths.update({f"{part}/{os.path.basename(path)}": path for path in in_folder(os.path.join(HERE, part), end)})
    paths.update({path: os.path.join(HERE, path) for path in ("pyproject.toml", "backend.py", "README.md")})
    with tarfile.open(os.path.join(sdist_directory, name), "w:gz") as tar:
        for inside, path in sorted(paths.items()):
            tar.add(path, f"{stem()}/{inside}")
        about = tarfile.TarInfo(f"{stem()}/PKG-INFO")
        about.size = len(metadata())
        tar.addfile(about, io.BytesIO(metadata()))
    return name


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build_folder(sys.argv[1])
