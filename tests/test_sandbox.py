"""Each layer of the sandbox on its own: the layers overlap, so only alone can one be seen to work."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.protocol.limits import SCRATCH_BYTES
from grader.protocol.limits import SCRATCH_FILES
from grader.worker.sandbox import landlock
from grader.worker.sandbox.paths import readable_paths
from grader.worker.sandbox.scratch import ScratchFolder


def in_child(code: str, *arguments: object) -> str:
    """Runs code in a new process with one thread, and returns what it prints."""
    setup = "import ctypes, mmap, os, resource, signal, socket, sys, threading\n"
    setup += "from grader.worker.sandbox import Sandbox, landlock, linux, namespaces, seccomp\n"
    setup += "from grader.protocol.limits import Limits\n"
    setup += "def attempt(function, *args):\n"
    setup += "    try: function(*args); print('allowed')\n"
    setup += "    except OSError as error: print(type(error).__name__)\n"
    run = subprocess.run(
        [sys.executable, "-c", setup + textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


LANDLOCK = """
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(landlock.prepare([sys.argv[1]], [sys.argv[2]]))
"""


def test_landlock_alone_keeps_to_the_lists(tmp_path: Path) -> None:
    for name in ("readable", "writable", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("content")
    code = """
        for name in ("readable", "writable", "other"):
            attempt(open, f"{sys.argv[3]}/{name}/file")
            attempt(open, f"{sys.argv[3]}/{name}/new", "w")
            attempt(os.listdir, f"{sys.argv[3]}/{name}")
        attempt(os.truncate, f"{sys.argv[3]}/other/file", 0)
        attempt(os.symlink, "/etc/passwd", f"{sys.argv[3]}/writable/link")
        attempt(open, f"{sys.argv[3]}/writable/link")
    """
    output = in_child(
        textwrap.dedent(LANDLOCK) + textwrap.dedent(code), tmp_path / "readable", tmp_path / "writable", tmp_path
    )
    readable, writable = ["allowed", "PermissionError", "allowed"], ["allowed"] * 3
    other, links = ["PermissionError"] * 3, ["PermissionError", "allowed", "PermissionError"]
    assert output.split() == [*readable, *writable, *other, *links]


def test_landlock_alone_keeps_signals_inside() -> None:
    assert landlock.abi_version() >= 6, "this test needs a kernel whose Landlock has scopes"
    code = LANDLOCK + "    attempt(os.kill, os.getppid(), 0)\n    attempt(os.kill, os.getpid(), 0)"
    assert in_child(code, "/usr", "/dev/null").split() == ["PermissionError", "allowed"]


def test_seccomp_alone_refuses_sockets_processes_and_signals() -> None:
    code = """
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        left, right = socket.socketpair()
        seccomp.install()
        attempt(socket.socket)
        attempt(socket.socketpair)
        attempt(os.fork)
        attempt(os.execv, "/bin/true", ["true"])
        attempt(os.kill, os.getppid(), 0)
        attempt(os.kill, -1, 0)
        attempt(os.pidfd_open, os.getppid())
        attempt(os.memfd_create, "x")
        attempt(os.sched_setaffinity, 0, {0})
        attempt(linux.unshare, linux.CLONE_NEWUSER)
        attempt(resource.prlimit, os.getppid(), resource.RLIMIT_CPU)
        attempt(resource.prlimit, os.getppid(), resource.RLIMIT_CPU, (100, 100))
        attempt(os.setpriority, os.PRIO_PROCESS, os.getppid(), 19)
        attempt(linux.syscall, 447, 0)  # memfd_secret
        attempt(linux.syscall, 999)
        attempt(mmap.mmap, -1, 4096)
        attempt(mmap.mmap, -1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        attempt(resource.getrlimit, resource.RLIMIT_CPU)
        attempt(os.kill, os.getpid(), 0)
        attempt(left.send, b"x")
        thread = threading.Thread(target=lambda: None)
        attempt(thread.start)
    """
    assert in_child(code).split() == ["PermissionError"] * 14 + ["OSError"] * 2 + ["allowed"] * 5


@pytest.mark.parametrize("may_change_metadata", [True, False])
def test_seccomp_guards_what_landlock_does_not(tmp_path: Path, may_change_metadata: bool) -> None:
    (tmp_path / "file").touch()
    code = f"""
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(may_change_metadata={may_change_metadata})
        attempt(os.chmod, sys.argv[1], 0o777)
        attempt(os.utime, sys.argv[1], (1, 1))
        attempt(os.chown, sys.argv[1], os.getuid(), os.getgid())
        attempt(os.stat, sys.argv[1])
    """
    expected = ["allowed"] * 3 if may_change_metadata else ["PermissionError"] * 3
    assert in_child(code, tmp_path / "file").split() == [*expected, "allowed"]


def test_threads_of_one_worker_take_none_from_another() -> None:
    code = """
        if os.getuid() == 0:
            os.setresuid(54321, 54321, 54321)  # From here on nothing is imported: Python may lie where only root reads.
            linux.prctl(linux.PR_SET_DUMPABLE, 1)  # As after a start as this user: else /proc/self belongs to root.
        namespaces.enter(["/usr"])
        for number in range(2):
            reader, writer = os.pipe()
            if os.fork() == 0:
                namespaces.mount_scratch()
                resource.setrlimit(resource.RLIMIT_NPROC, (40, 40))
                event = threading.Event()
                for _ in range(30):
                    threading.Thread(target=event.wait, daemon=True).start()
                os.write(writer, b"x")
                event.wait()
            os.close(writer)
            print(os.read(reader, 1))
        sys.stdout.flush()
        os._exit(0)
    """
    assert in_child(code).split() == ["b'x'"] * 2


def test_seccomp_lets_a_process_abort() -> None:
    code = """
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        pid = os.fork()
        if pid == 0:
            seccomp.install()
            os.abort()
        print(os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGABRT)
    """
    assert in_child(code).split() == ["True"]


def test_namespaces_alone_hide_network_processes_and_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        code = f"""
            from grader.worker.sandbox.paths import readable_paths
            namespaces.enter(readable_paths(["/nothing"]))
            print(os.getpid())
            attempt(open, {str(tmp_path / "secret")!r})
            attempt(os.listdir, {str(Path.home())!r} + "/..")
            attempt(socket.create_connection, ("127.0.0.1", {listener.getsockname()[1]}))
            print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
            namespaces.mount_scratch()
            attempt(open, namespaces.SCRATCH + "/file", "w")
            attempt(open, "/usr/file", "w")
        """
        output = in_child(code).splitlines()
    assert output[0] == "1"
    assert output[1] == "FileNotFoundError"
    assert output[3] in ("OSError", "ConnectionRefusedError")
    assert output[4:] == ["[1]", "allowed", "OSError"]


@pytest.mark.parametrize("is_jailed", [True, False])
def test_confined_process_keeps_its_limits(tmp_path: Path, is_jailed: bool) -> None:
    # Without the jail another user could not import what only root can read, so a worker stays what it is.
    libraries = Path(sysconfig.get_path("stdlib"))
    is_private = not is_jailed and not all(folder.stat().st_mode & 0o001 for folder in (libraries, *libraries.parents))
    code = f"""
        user, sandbox = os.getuid(), Sandbox([sys.argv[1]])
        if not {is_jailed}:
            namespaces.is_possible = lambda _: False
        sandbox.enter()
        pid = os.fork()
        if pid == 0:
            layers = sandbox.confine(Limits(memory_mb=512, cpu_seconds=7, threads=300))
            print("namespaces" in layers, {{"landlock", "seccomp", "rlimits"}} <= set(layers))
            print(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_DATA)[0] // 2**20)
            attempt(open, sys.argv[1] + "/secret")
            attempt(open, "file", "w")
            try: bytearray(2**30)
            except MemoryError: print("MemoryError")
            print(os.getuid() != 0 or {is_private})
            # Elsewhere the threads of the user's other processes would be counted, too.
            print(resource.getrlimit(resource.RLIMIT_NPROC)[0] == 300 or not ({is_jailed} or os.getuid() != user))
            attempt(lambda: open("file", "w").truncate(2**27))
            libc, signal_at_parents_end = ctypes.CDLL(None), ctypes.c_int()
            libc.prctl(2, ctypes.byref(signal_at_parents_end))
            print(signal_at_parents_end.value, "dumpable", libc.prctl(3, 0, 0, 0, 0))
            print(*[line.split()[1] for line in open("/proc/self/status") if line[:6] in ("CapPrm", "CapEff")])
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(pid, 0)
    """
    (tmp_path / "secret").write_text("secret")
    output = in_child(code, tmp_path).splitlines()
    missing = "FileNotFoundError" if is_jailed else "PermissionError"
    assert output[:7] == [f"{is_jailed} True", "(7, 7) 512", missing, "allowed", "MemoryError", "True", "True"]
    assert output[7:] == ["OSError", "9 dumpable 0", " ".join(["0" * 16] * 2)]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScratchFolder:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return ScratchFolder()


def write_zeros(folder: Path) -> None:
    for number in range(3):
        (folder / f"{number}.bin").write_bytes(bytes(SCRATCH_BYTES // 2))


def make_many_files(folder: Path) -> None:
    for number in range(SCRATCH_FILES + 1):
        (folder / str(number)).touch()


def nest_deeply(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(2500):
        os.mkdir("deeper", dir_fd=here)
        below = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def take_the_names(folder: Path) -> None:
    nest_deeply(folder)
    for name in ("moved up 1", "deeper", "tmp"):
        (folder / name / "in the way").mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize("fill", [write_zeros, make_many_files, nest_deeply, take_the_names])
def test_scratch_folder_without_a_mount_has_a_quota_and_is_removed(
    scratch: ScratchFolder, fill: Callable[[Path], None]
) -> None:
    folder = Path(scratch.make(1, None))
    (folder / "notes.txt").write_text("a few words")
    assert not scratch.is_overfull(1)
    fill(folder)
    assert scratch.is_overfull(1)
    scratch.remove(1)
    assert not folder.exists()
    scratch.close()
    assert not Path(scratch.path).exists()


def test_scratch_folder_that_a_killed_zygote_left_is_removed_by_the_next(
    scratch: ScratchFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    abandoned = Path(tempfile.mkdtemp(prefix="grader-scratch-"))
    (abandoned / "1").mkdir()
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    ScratchFolder()
    assert not abandoned.exists()
    assert Path(scratch.path).exists()


def test_readable_paths_leave_out_what_is_hidden(tmp_path: Path) -> None:
    hidden = Path(pytest.__file__).parent
    paths = [Path(path) for path in readable_paths([str(hidden)])]
    assert not any(hidden.is_relative_to(path) or path.is_relative_to(hidden) for path in paths)
    numpy = hidden.parent / "numpy"
    assert any(numpy.is_relative_to(path) for path in paths)
    assert not any(Path.home() == path for path in paths)


def test_layer_that_the_kernel_lacks_is_not_named() -> None:
    code = """
        landlock.prepare = lambda *_: (_ for _ in ()).throw(OSError())
        seccomp.is_supported = lambda: False
        sandbox = Sandbox([])
        sandbox.enter()
        print(sandbox.confine(Limits()))
    """
    output = in_child(code)
    assert "rlimits" in output
    assert "landlock" not in output
    assert "seccomp" not in output
