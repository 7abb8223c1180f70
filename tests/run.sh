#!/bin/sh
# Runs tests of the built program: tests/run.sh BIGSCAN UNIT_TESTS [FOLDER]. Ends with "N passed, N failed".
# An empty UNIT_TESTS: no unit tests. Without FOLDER: all but those that need a cluster.
set -u

bigscan=$(realpath "$1")
unit=${2:+$(realpath "$2")}
folders=${3:-tests/cli tests/differential tests/fault}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

unit_status=none
if [ -n "$unit" ]; then
  "$unit" --gtest_brief=1 --gtest_output="xml:$results/unit.xml"
  unit_status=$?
fi
# shellcheck disable=SC2086  # lists of words
# Debian's own interpreter is the one that has Debian's pytest.
BIGSCAN=$bigscan PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -q -n 4 -p no:cacheprovider \
  --basetemp="$results/tmp" --junitxml="$results/pytest.xml" $folders ${PYTEST_FLAGS:-}
pytest_status=$?

/usr/bin/python3 - "$results" "$unit_status" "$pytest_status" <<'PYTHON'
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

passed = failed = skipped = 0
for name, status in (("unit.xml", sys.argv[2]), ("pytest.xml", sys.argv[3])):
    if status == "none":
        continue
    path = pathlib.Path(sys.argv[1]) / name
    suites = list(ElementTree.parse(path).iter("testsuite")) if path.exists() else []
    count = {
        key: sum(int(suite.get(key, 0)) for suite in suites)
        for key in ("tests", "failures", "errors", "skipped", "disabled")
    }
    bad = count["failures"] + count["errors"]
    # A runner that dies without a report has failed, whatever it counted.
    if status != "0" and bad == 0:
        bad = 1
    failed += bad
    skipped += count["skipped"] + count["disabled"]
    passed += max(0, count["tests"] - count["failures"] - count["errors"]
                  - count["skipped"] - count["disabled"])
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(1 if failed or not passed else 0)
PYTHON
