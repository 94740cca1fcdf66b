#!/usr/bin/env bash
# One would guess: reading a folder of pictures gives each picture, and reading a list of paths gives each path; a file that is
# not read is an error.
# What happens: cameras name a photograph in Adobe RGB with a leading underscore (_MG_0002.JPG, _DSC0003.JPG: the DCF standard
# asks for it). Spark leaves such files out in silence, from a folder and even when each is named: the count is short, and a load
# of nothing but that file is an empty table, no error. "mode" FAILFAST and ignoreMissingFiles=false change nothing. Ray leaves
# them out of a folder's listing, in silence too, but reads them when they are named.
# Version: PySpark 4.3.0 (binaryFile and image), Ray 2.60.0 (read_images). Java 17.
# Why it matters: one clinic's camera that is set to Adobe RGB names all its pictures so. A run over everybody's folder is then
# missing that clinic's patients, and nothing says so. Count the rows against your own listing, or rename first.
# Debian: openjdk-17-jre-headless. Installs 1.5 GB.
set -euo pipefail
command -v java >/dev/null || { echo "needs Debian's openjdk-17-jre-headless" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" pyspark==4.3.0 'ray[data]==2.60.0' pyarrow==26.0.1 pandas==2.3.3 numpy==2.4.6 pillow==13.0.0
export SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_DIRS=$work PYSPARK_PYTHON=$work/venv/bin/python RAY_TMPDIR=$work RAY_USAGE_STATS_ENABLED=0
cd "$work"
"$work/venv/bin/python" -W ignore - 2>"$work/log" <<'PY' || { status=$?; tail -n 5 "$work/log" >&2; exit "$status"; }
import pathlib

import pyspark
import ray
import ray.data
from PIL import Image
from pyspark.sql import SparkSession

folder = pathlib.Path("images").absolute()
folder.mkdir()
for name in ("IMG_0001.JPG", "_MG_0002.JPG", "_DSC0003.JPG"):
    Image.new("RGB", (32, 24), (200, 150, 120)).save(folder / name)
paths = sorted(map(str, folder.iterdir()))
alone = str(folder / "_MG_0002.JPG")
seen = {"versions": (pyspark.__version__, ray.__version__)}

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.driver.memory", "600m").config(
    "spark.sql.files.ignoreMissingFiles", "false").config("spark.sql.files.ignoreCorruptFiles", "false").getOrCreate()
for source in ("binaryFile", "image"):
    reader = spark.read.format(source).option("mode", "FAILFAST")
    seen[f"Spark {source}: of 3, by folder, by 3 paths, by the one path"] = tuple(
        reader.load(what).count() for what in (str(folder), paths, alone))
spark.stop()

ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=120 << 20)
seen["Ray read_images: of 3, by folder, by 3 paths, by the one path"] = tuple(
    ray.data.read_images(what).count() for what in (str(folder), paths, alone))
ray.shutdown()

expected = {
    "versions": ("4.3.0", "2.60.0"),
    "Spark binaryFile: of 3, by folder, by 3 paths, by the one path": (1, 1, 0),
    "Spark image: of 3, by folder, by 3 paths, by the one path": (1, 1, 0),
    "Ray read_images: of 3, by folder, by 3 paths, by the one path": (1, 3, 1),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
