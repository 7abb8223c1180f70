# bigscan: see README.md. One makefile, everything built under build/.
#
#   make [SAN=address,undefined] [DEBUG=1] [CXX=clang++]
#   make install PREFIX=/usr/local DESTDIR=

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
SAN ?=
DEBUG ?=

# V=1 shows the whole commands.
Q := $(if $(V),,@)
say = @$(if $(V),:,echo '  $(1)')

# --- Where things are built: a folder for each kind of build ---
VARIANT := $(if $(filter clang%,$(notdir $(CXX))),-clang)$(if $(DEBUG),-debug)$(if $(SAN),-san)
BUILD ?= build$(if $(VARIANT),/$(VARIANT:-%=%))

# --- Flags: the user's CXXFLAGS, CPPFLAGS and LDFLAGS come after what is required ---
CXXFLAGS ?= $(if $(DEBUG),-O0 -g,-O3 -g)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
WERROR := $(if $(CI),-Werror)
PKGS := libhs libpcre2-8 absl_status absl_statusor absl_strings absl_str_format
REQUIRED_CXXFLAGS := -std=c++20 -Wall -Wextra $(WERROR) $(SANFLAGS)
REQUIRED_CPPFLAGS := -I. -DBIGSCAN_VERSION='"$(VERSION)"' -MMD -MP
# The heavy libraries are linked statically: loading 30 shared objects would take longer than to scan
# a small file. hwloc, which only --pin needs, is loaded when it is asked for.
STATIC_LIBS = -Wl,-Bstatic $(filter-out -lc -lm -lgcc% -lstdc++ -lrt -latomic -Wl$(COMMA)%, \
	$(shell pkg-config --static --libs $(PKGS))) -lboost_program_options -Wl,-Bdynamic
LIBS = $(STATIC_LIBS) -ldl -lpthread
REQUIRED_LDFLAGS := $(SANFLAGS) $(if $(SAN),,-static-libstdc++ -static-libgcc)

COMMA := ,

# --- What is built ---
layer_objects = $(patsubst %.cc,$(BUILD)/%.o,$(sort $(wildcard $(1)/*.cc)))
LIB := $(call layer_objects,lib)
IPC := $(call layer_objects,ipc)
JOBS := $(call layer_objects,jobs)
CMD := $(call layer_objects,cmd)
UNIT := $(call layer_objects,tests/unit)
BIGSCAN := $(BUILD)/bigscan

all: $(BIGSCAN)

$(BIGSCAN): $(CMD) $(JOBS) $(IPC) $(LIB)
	$(call say,LINK $@)
	$(Q)$(CXX) $(REQUIRED_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(call say,CXX $<)
	$(Q)$(CXX) $(REQUIRED_CPPFLAGS) $(CPPFLAGS) $(REQUIRED_CXXFLAGS) $(CXXFLAGS) -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
