# bigscan: see README.md. One makefile; everything is built under build/.
#
#   make [SAN=address,undefined] [DEBUG=1] [CXX=clang++] [V=1]
#   make install PREFIX=/usr/local DESTDIR=

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
SAN ?=
DEBUG ?=
.DEFAULT_GOAL := all

# V=1 shows the whole commands.
Q := $(if $(V),,@)
say = @$(if $(V),:,echo '  $(1)')

# --- Where things are built: a folder for each kind of build ---
VARIANT := $(if $(filter clang%,$(notdir $(CXX))),-clang)$(if $(DEBUG),-debug)$(if $(SAN),-san)
BUILD ?= build$(if $(VARIANT),/$(VARIANT:-%=%))

# --- Flags: the user's CXXFLAGS, CPPFLAGS and LDFLAGS come after what is required ---
CXXFLAGS ?= $(if $(DEBUG),-O0 -g,-O3 -g)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
# g++ 12 raises false alarms of these two kinds about std::string and std::optional.
FALSE_ALARMS := $(if $(filter clang%,$(notdir $(CXX))),,-Wno-error=restrict -Wno-error=maybe-uninitialized)
REQUIRED_CXXFLAGS := -std=c++20 -Wall -Wextra $(if $(CI),-Werror $(FALSE_ALARMS)) $(SANFLAGS)
REQUIRED_CPPFLAGS := -I. -I$(BUILD) -DBIGSCAN_VERSION='"$(VERSION)"' -MMD -MP \
	$(if $(SAN),-DBIGSCAN_SANITIZED)
REQUIRED_LDFLAGS := $(SANFLAGS) $(if $(SAN),,-static-libstdc++ -static-libgcc)

# The heavy libraries are linked statically: to load 30 shared objects takes longer than to scan a
# small file. hwloc, which only --pin needs, and simdjson, which only --fields json needs, are loaded
# when they are asked for (ipc/topology.cc, lib/simdjson_library.cc).
PKGS := libhs libpcre2-8 libxxhash libzstd liblzma liblz4 libseccomp protobuf-lite absl_status \
	absl_statusor absl_strings absl_str_format absl_cord
COMMA := ,
STATIC_LIBS = $(filter-out -lc -lm -lgcc% -lstdc++ -lrt -latomic -Wl$(COMMA)%, \
	$(shell pkg-config --static --libs $(PKGS)))
LIBS = -Wl,-Bstatic $(STATIC_LIBS) -lbz2 -lboost_program_options -Wl,-Bdynamic -lisal -ldl -lpthread

# --- What is built ---
layer_objects = $(patsubst %.cc,$(BUILD)/%.o,$(sort $(wildcard $(1)/*.cc)))
LAYERS := cmd jobs ipc lib
SCHEMAS := $(wildcard jobs/*.proto)
SCHEMA_HEADERS := $(SCHEMAS:%.proto=$(BUILD)/%.pb.h)
BIGSCAN_OBJECTS := $(foreach layer,$(LAYERS),$(call layer_objects,$(layer))) \
	$(SCHEMAS:%.proto=$(BUILD)/%.pb.o)
# It runs bigscan, and so needs little of it.
CLUSTER_OBJECTS := $(call layer_objects,cmd/cluster) $(SCHEMAS:%.proto=$(BUILD)/%.pb.o) \
	$(addprefix $(BUILD)/,cmd/command_line.o cmd/message.o cmd/option_list.o cmd/scanning_options.o cmd/snapshot_file.o \
	ipc/signals.o lib/file_input.o lib/replacement_file.o lib/write_all.o)
UNIT_OBJECTS := $(call layer_objects,tests/unit)
BIGSCAN := $(BUILD)/bigscan
CLUSTER := $(BUILD)/bigscan-cluster
LOGGEN := $(BUILD)/loggen
UNIT := $(BUILD)/unit_tests
INJECT := $(BUILD)/inject.so
FUZZ_TARGETS := $(patsubst tests/fuzz/%_fuzz.cc,%,$(sort $(wildcard tests/fuzz/*_fuzz.cc)))
FUZZ_SHARED := $(patsubst %.cc,$(BUILD)/%.o,$(filter-out %_fuzz.cc,$(sort $(wildcard tests/fuzz/*.cc))))
FUZZERS := $(FUZZ_TARGETS:%=$(BUILD)/%_fuzz)
SOURCES := $(foreach dir,$(LAYERS) cmd/cluster tests/unit tests/bench tests/fuzz,$(wildcard $(dir)/*.h $(dir)/*.cc))

all: $(BIGSCAN) $(CLUSTER)

$(BIGSCAN): $(BIGSCAN_OBJECTS)
	$(call say,LINK $@)
	$(Q)$(CXX) $(REQUIRED_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(CLUSTER): $(CLUSTER_OBJECTS)
	$(call say,LINK $@)
	$(Q)$(CXX) $(REQUIRED_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LOGGEN): $(BUILD)/tests/bench/loggen.o
	$(call say,LINK $@)
	$(Q)$(CXX) $(REQUIRED_LDFLAGS) $(LDFLAGS) -o $@ $^

$(UNIT): $(UNIT_OBJECTS) $(filter-out $(BUILD)/cmd/main.o,$(BIGSCAN_OBJECTS)) \
		$(filter-out $(BUILD)/cmd/cluster/main.o,$(call layer_objects,cmd/cluster))
	$(call say,LINK $@)
	$(Q)$(CXX) $(REQUIRED_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -lgtest_main -lgtest

# What the fault tests preload.
$(INJECT): tests/fault/inject.c
	@mkdir -p $(@D)
	$(call say,CC $@)
	$(Q)$(CC) -shared -fPIC -O2 -Wall -Wextra $(if $(CI),-Werror) -o $@ $<

# Only for the build that `make fuzz` makes of it.
$(FUZZERS): $(BUILD)/%_fuzz: $(BUILD)/tests/fuzz/%_fuzz.o $(FUZZ_SHARED) \
		$(filter-out $(BUILD)/cmd/main.o,$(BIGSCAN_OBJECTS))
	$(call say,LINK $@)
	$(Q)$(CXX) $(REQUIRED_LDFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS) -lgtest

fuzzers: $(FUZZERS)

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(call say,CXX $<)
	$(Q)$(CXX) $(REQUIRED_CPPFLAGS) $(CPPFLAGS) $(REQUIRED_CXXFLAGS) $(CXXFLAGS) -c -o $@ $<

.SECONDARY: $(SCHEMAS:%.proto=$(BUILD)/%.pb.cc)

# Whoever includes what is generated needs it before the first .d file tells so.
FUZZ_OBJECTS := $(FUZZ_TARGETS:%=$(BUILD)/tests/fuzz/%_fuzz.o) $(FUZZ_SHARED)
$(BIGSCAN_OBJECTS) $(CLUSTER_OBJECTS) $(UNIT_OBJECTS) $(FUZZ_OBJECTS): | $(SCHEMA_HEADERS)

$(BUILD)/%.pb.cc $(BUILD)/%.pb.h &: %.proto
	@mkdir -p $(@D)
	$(call say,PROTOC $<)
	$(Q)protoc --cpp_out=$(BUILD) $<

$(BUILD)/%.pb.o: $(BUILD)/%.pb.cc
	$(call say,CXX $<)
	$(Q)$(CXX) $(REQUIRED_CPPFLAGS) $(CPPFLAGS) $(REQUIRED_CXXFLAGS) $(CXXFLAGS) -c -o $@ $<

-include $(patsubst %.o,%.d,$(BIGSCAN_OBJECTS) $(CLUSTER_OBJECTS) $(UNIT_OBJECTS) \
	$(FUZZ_OBJECTS) $(BUILD)/tests/bench/loggen.d)

# --- What has to be installed: Debian 12's packages ---
BUILD_DEPS := g++ make pkg-config libhyperscan-dev libboost-dev libboost-program-options-dev \
	libabsl-dev libpcre2-dev libhwloc-dev libxxhash-dev rapidjson-dev libisal-dev libzstd-dev \
	liblzma-dev libbz2-dev liblz4-dev libseccomp-dev libsimdjson-dev libprotobuf-dev \
	protobuf-compiler
TEST_DEPS := $(BUILD_DEPS) libgtest-dev python3 python3-pytest python3-pytest-xdist gzip zstd xz-utils \
	bzip2 lz4 tabix
CLUSTER_DEPS := slurmctld slurmd slurm-client munge parallel
CHECK_DEPS := $(TEST_DEPS) clang-format cppcheck mandoc
FUZZ_DEPS := $(TEST_DEPS) clang libclang-rt-14-dev
install_missing = @sh tests/install_missing.sh $(1)

deps:
	$(call install_missing,$(CHECK_DEPS) $(FUZZ_DEPS))
build-deps:
	$(call install_missing,$(BUILD_DEPS))
test-deps:
	$(call install_missing,$(TEST_DEPS) $(if $(filter clang%,$(notdir $(CXX))),clang))
deps-cluster: test-deps
	@APT_FLAGS=--no-install-recommends sh tests/install_missing.sh $(CLUSTER_DEPS)
check-deps:
	$(call install_missing,$(CHECK_DEPS))
fuzz-deps:
	$(call install_missing,$(FUZZ_DEPS))

# --- What can be done with it ---
DEMO_LOG := $(BUILD)/demo/xferlog
DEMO_SIZE ?= 256M

demo: build-deps
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) $(BIGSCAN) $(LOGGEN)
	@mkdir -p $(dir $(DEMO_LOG))
	$(LOGGEN) --kind xferlog --size $(DEMO_SIZE) --output $(DEMO_LOG)
	$(BIGSCAN) --stats ssbrtg $(DEMO_LOG) | tail -n 3

test: test-deps
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) $(BIGSCAN) $(UNIT) $(INJECT)
	$(Q)sh tests/run.sh $(BIGSCAN) $(UNIT)

# Random inputs, by libFuzzer: tests/fuzz/README.md. FUZZ names targets, if not all are meant.
FUZZ ?= $(FUZZ_TARGETS)
FUZZ_SECONDS ?= 3600
FUZZ_BUILD := build/fuzz
define make_fuzzers
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) CXX=clang++ BUILD=$(FUZZ_BUILD) DEBUG= \
		SAN=fuzzer-no-link,address,undefined CXXFLAGS='-O1 -gline-tables-only' \
		$(FUZZ:%=$(FUZZ_BUILD)/%_fuzz)
endef

fuzz: fuzz-deps
	$(make_fuzzers)
	$(Q)/usr/bin/python3 tests/fuzz/run.py --build $(FUZZ_BUILD) --seconds $(FUZZ_SECONDS) $(FUZZ)

fuzz-short: fuzz-deps
	$(make_fuzzers)
	$(Q)/usr/bin/python3 tests/fuzz/run.py --build $(FUZZ_BUILD) --short $(FUZZ)

# On a throw-away Slurm of this machine.
test-cluster: deps-cluster
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) $(BIGSCAN) $(CLUSTER)
	$(Q)PYTEST_FLAGS='-n 0' sh tests/run.sh $(BIGSCAN) '' tests/cluster

# Paths of ripgrep 15 and ugrep; without UGREP, the one that is installed.
RG15 ?=
UGREP ?=
# The folder node_modules that has @duckdb/node-api.
DUCKDB ?=
BENCH_SIZE ?= 4G
BENCH_RUNS ?= 5
BENCH_DATA ?= $(BUILD)/bench
BENCH_JSON ?= $(BUILD)/bench.json

bench: test-deps
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) $(BIGSCAN) $(LOGGEN)
	$(if $(DUCKDB),NODE_PATH=$(DUCKDB)) /usr/bin/python3 tests/bench/bench.py --bigscan $(BIGSCAN) --loggen $(LOGGEN) \
		--data $(BENCH_DATA) --size $(BENCH_SIZE) --runs $(BENCH_RUNS) --json $(BENCH_JSON) \
		$(if $(RG15),--rg15 $(RG15)) $(if $(UGREP),--ugrep $(UGREP)) \
		$(if $(DUCKDB),--duckdb) $(BENCH_FLAGS)

check: check-deps check-format check-layers check-static check-man

check-format:
	$(call say,FORMAT)
	$(Q)clang-format --dry-run --Werror $(SOURCES)

# Dependencies point one way: cmd -> jobs -> lib, and cmd -> ipc.
check-layers:
	@! grep -nE '#include "(cmd|jobs|ipc|tests)/' lib/*.h lib/*.cc
	@! grep -nE '#include "(cmd|jobs|lib|tests)/' ipc/*.h ipc/*.cc
	@! grep -nE '#include "(cmd|ipc|tests)/' jobs/*.h jobs/*.cc
	@! grep -nE '#include "tests/' cmd/*.h cmd/*.cc cmd/cluster/*.h cmd/cluster/*.cc
	@! grep -nE '#include "jobs/' cmd/cluster/*.h cmd/cluster/*.cc

check-static:
	$(call say,CPPCHECK)
	$(Q)cppcheck --quiet --std=c++20 --language=c++ --enable=warning,performance,portability \
		--inline-suppr --error-exitcode=1 -I. $(filter-out tests/%,$(SOURCES))

check-man:
	@# Which other manuals are installed says nothing about these.
	@! mandoc -Tlint man/*.[157] 2>&1 | grep -vE 'referenced manual not found|outdated mandoc.db'

install: $(BIGSCAN) $(CLUSTER)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7
	install -m 755 $(BIGSCAN) $(DESTDIR)$(PREFIX)/bin/bigscan
	install -m 755 $(CLUSTER) $(DESTDIR)$(PREFIX)/bin/bigscan-cluster
	install -m 644 man/bigscan-cluster.1 $(DESTDIR)$(PREFIX)/share/man/man1/bigscan-cluster.1
	install -m 644 man/bigscan-cluster.7 $(DESTDIR)$(PREFIX)/share/man/man7/bigscan-cluster.7
	install -m 644 man/bigscan.1 $(DESTDIR)$(PREFIX)/share/man/man1/bigscan.1
	install -m 644 man/bigscan-snapshot.5 man/bigscan.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/bigscan $(DESTDIR)$(PREFIX)/share/man/man1/bigscan.1 \
		$(DESTDIR)$(PREFIX)/share/man/man5/bigscan-snapshot.5 $(DESTDIR)$(PREFIX)/share/man/man5/bigscan.conf.5 \
		$(DESTDIR)$(PREFIX)/bin/bigscan-cluster \
		$(DESTDIR)$(PREFIX)/share/man/man1/bigscan-cluster.1 \
		$(DESTDIR)$(PREFIX)/share/man/man7/bigscan-cluster.7

clean:
	rm -rf build

help:
	@echo 'make              build build/bigscan, build/bigscan-cluster (dependencies must be there: make deps)'
	@echo 'make demo         install what is missing, build, make a sample log and scan it'
	@echo 'make test         install what is missing, build and run all tests'
	@echo 'make fuzz         run each fuzz target for FUZZ_SECONDS=3600, or FUZZ="plan time"; make fuzz-short'
	@echo 'make test-cluster install Slurm and GNU parallel too, and run the tests of bigscan-cluster'
	@echo 'make bench        measure against other tools; RG15=path of ripgrep 15, UGREP=path of ugrep,'
	@echo '                  BENCH_SIZE=4G, BENCH_RUNS=5, BENCH_FLAGS="--table count-literal,gz"'
	@echo 'make check        format, layers, static analysis, man page'
	@echo 'make deps         install what is missing for all of these (Debian 12)'
	@echo 'make install      into $$(DESTDIR)$$(PREFIX); make uninstall; make clean'
	@echo 'Variables: SAN=address,undefined  DEBUG=1  CXX=clang++  V=1'

.PHONY: all demo deps build-deps test-deps check-deps fuzz-deps deps-cluster test test-cluster fuzz \
	fuzz-short fuzzers bench check check-format \
	check-layers check-static check-man install uninstall clean help
