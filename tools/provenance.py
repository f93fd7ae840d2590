"""Where a measured result comes from: the commit, the date and the machine."""

import datetime
import platform
import subprocess
from pathlib import Path


def provenance() -> dict[str, str]:
    """What every file of results says of the run that made it."""
    date = datetime.date.today().isoformat()
    return {"commit": commit(), "date": date, "hardware": hardware()}


def commit() -> str:
    """The commit that is measured, marked where the working tree differs from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def hardware() -> str:
    """The processor's name and how many of its cores can be used."""
    info = Path("/proc/cpuinfo")
    names = (
        [line for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    return f"{names[0].split(': ')[1] if names else platform.processor()}, {len(names)} cores"
