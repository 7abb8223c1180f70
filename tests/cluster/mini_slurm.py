"""A throw-away Slurm on this machine: a controller and nodes on the loopback, all run by whoever runs the tests."""

from __future__ import annotations

import getpass
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Sequence

import support

NEEDED = ("slurmctld", "slurmd", "munged", "sbatch")
START_SECONDS = 30
# Of an index in a job array, so that 16 shards need two arrays.
MOST_INDEX = 10

CONFIGURATION = """
ClusterName=mini
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={directory}/munge/socket,cred_expire=5
{communication}
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool.%n
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd.%n.pid
SlurmctldLogFile={directory}/slurmctld.log
SlurmdLogFile={directory}/slurmd.%n.log
# Neither cgroups nor affinity: this may be a container.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=100000,bf_interval=1,batch_sched_delay=0
# A node is lost soon.
SlurmdTimeout=5
SlurmctldTimeout=5
MessageTimeout=5
BatchStartTimeout=5
KillWait=2
CompleteWait=0
ReturnToService=2
JobRequeue=1
MaxArraySize={array_size}
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count: int) -> int:
    """The first of `count` ports in a row on which nobody listens."""
    while True:
        first = random.randrange(20000, 32000)
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(socket.create_server(("127.0.0.1", port)))
            return first
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()


def communication() -> str:
    """Keeps the daemons to the loopback, which they can only do on a host that knows its own name."""
    try:
        socket.gethostbyname(socket.gethostname())
    except OSError:
        return ""
    return "CommunicationParameters=NoInAddrAny,NoCtldInAddrAny"


def children_of(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += map(int, task.read_text().split())
        except OSError:
            pass
    return children


class MiniSlurm:
    """Runs until stop()."""

    def __init__(self, directory: Path, nodes: int = 3) -> None:
        self.directory = directory
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("munge", "state", *(f"spool.{node}" for node in self.nodes)):
            (directory / name).mkdir()
        key = directory / "munge" / "key"
        key.write_bytes(random.randbytes(1024))
        key.chmod(0o400)
        port = free_ports(nodes + 1)
        text = CONFIGURATION.format(
            port=port,
            user=getpass.getuser(),
            directory=directory,
            array_size=MOST_INDEX + 1,
            communication=communication(),
        )
        for number, node in enumerate(self.nodes, 1):
            text += (
                f"NodeName={node} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port + number} "
                "CPUs=1 State=UNKNOWN\n"
            )
        (directory / "slurm.conf").write_text(text)
        # Newer versions start no node without cgroups unless told so here; 22.05 does not know the word.
        version = subprocess.run(["slurmd", "-V"], capture_output=True, text=True, check=True).stdout
        plugin = "disabled" if version.split()[-1] >= "23" else "cgroup/v1"
        (directory / "cgroup.conf").write_text(f"CgroupPlugin={plugin}\n")
        self.environment = {"SLURM_CONF": str(directory / "slurm.conf")}
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        munge = self.directory / "munge"
        files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log",
                 "seed-file": "seed"}  # fmt: skip
        options = [f"--{option}={munge / name}" for option, name in files.items()]
        self.daemon("munged", ["munged", "--foreground", "--force", *options])
        support.wait_until((munge / "socket").exists, "munged listens", START_SECONDS)
        self.start_controller()
        for node in self.nodes:
            self.start_node(node)
        self.wait_for_nodes()

    def daemon(self, name: str, command: Sequence[str]) -> None:
        with (self.directory / f"{name}.out").open("ab") as out:
            self.daemons[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={**os.environ, **self.environment}, start_new_session=True,
            )  # fmt: skip

    def ask(self, *command: str) -> str:
        """What a command of Slurm prints; nothing if it fails."""
        result = subprocess.run(
            command, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return result.stdout if result.returncode == 0 else ""

    def start_controller(self) -> None:
        self.daemon("slurmctld", ["slurmctld", "-D"])
        support.wait_until(
            lambda: "UP" in self.ask("scontrol", "ping"), "the controller answers", START_SECONDS
        )

    def stop_controller(self) -> None:
        """As for a restart."""
        self.daemons["slurmctld"].terminate()
        self.daemons["slurmctld"].wait(START_SECONDS)

    def kill_controller(self) -> None:
        """As in a crash: what it had not saved of its state is lost."""
        self.daemons["slurmctld"].kill()
        self.daemons["slurmctld"].wait(START_SECONDS)

    def wait_for_saved_state(self) -> None:
        """Until what it knows of jobs now is on the disk: it saves that some seconds after a change, such as this."""
        state = self.directory / "state" / "job_state"
        before = time.time_ns()
        self.ask("scontrol", "update", f"JobId={self.jobs()[0]}", "Comment=saved")
        support.wait_until(
            lambda: state.exists() and state.stat().st_mtime_ns > before,
            "the controller has saved its state",
            START_SECONDS,
        )

    def start_node(self, node: str) -> None:
        self.daemon(node, ["slurmd", "-D", "-N", node])

    def steps_of(self, node: str) -> list[int]:
        """Who runs its jobs, as far as they have its log open, and all below them."""
        log = str(self.directory / f"slurmd.{node}.log")
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if Path(f"/proc/{name}/comm").read_text().strip() != "slurmstepd":
                    continue
                links = [os.readlink(fd) for fd in Path(f"/proc/{name}/fd").iterdir()]
            except OSError:
                continue
            if log in links:
                found.append(int(name))
        for pid in found:  # which grows
            found += [child for child in children_of(pid) if child not in found]
        return found

    def lose_node(self, node: str) -> None:
        """Ends all of it at once, the daemon first, so that nobody tells the controller."""
        self.daemons[node].kill()
        for pid in self.steps_of(node):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.daemons[node].wait()
        for path in (self.directory / f"spool.{node}").glob(f"{node}_*"):
            path.unlink()

    def wait_for_nodes(self) -> None:
        support.wait_until(
            lambda: self.ask("sinfo", "-h", "-N", "-o", "%T").split() == ["idle"] * len(self.nodes),
            "all nodes are idle",
            START_SECONDS,
        )

    def jobs(self) -> list[str]:
        return self.ask("squeue", "-h", "-r", "-o", "%i").split()

    def stop(self) -> None:
        self.ask("scancel", "--user", getpass.getuser())
        try:
            support.wait_until(lambda: not self.jobs(), "no job is left", START_SECONDS)
        finally:
            left = [pid for node in self.nodes for pid in self.steps_of(node)]
            for name in (*self.nodes, "slurmctld", "munged"):
                if name not in self.daemons:
                    continue
                self.daemons[name].terminate()
                try:
                    self.daemons[name].wait(START_SECONDS)
                except subprocess.TimeoutExpired:
                    self.daemons[name].kill()
                    self.daemons[name].wait()
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
