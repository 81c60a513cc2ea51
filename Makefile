# SPDX-License-Identifier: BSD-2-Clause-Patent
# What can I do here? `make help` tells. Recipes call scripts/.

O      ?= out
CONFIG ?=
EMBED  ?= $(firstword $(wildcard $(CONFIG:%=embed/%.ipxe)) embed/unloop.ipxe)
V      ?= 0
# A different tag gives a different build ID: for testing chains of builds.
BUILD_TAG ?=
SOURCE_DATE_EPOCH ?= 1763683200
# Nothing but what is under $(O) is written: no __pycache__ in the source.
export PYTHONDONTWRITEBYTECODE := 1
export O V SOURCE_DATE_EPOCH

PYTHON ?= /usr/bin/python3
HOSTCC ?= gcc
CC     := gcc

ifeq ($(V),1)
Q   :=
say :=
else
Q   := @
say  = @printf '  %-4s %s\n' '$(1)' '$(2)'
endif

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
# Objects are kept, also those that only a chain of rules names.
.SECONDARY:
.PHONY: all help demo test unit lint check bench install deb dist clean deps \
	FORCE lwip-source

all: images resolver $(O)/linux-x86_64/firmware ## build everything

# ---------------------------------------------------------------- lwIP ----

LWIP_VERSION := 2.2.1
LWIP_DIR     := $(O)/src/lwip-$(LWIP_VERSION)
LWIP_STAMP   := $(O)/src/.lwip-$(LWIP_VERSION)
LWIP_SOURCES := $(addprefix src/,$(addsuffix .c, \
	$(addprefix core/,init def ip inet_chksum mem memp netif pbuf raw stats tcp \
		tcp_in tcp_out timeouts udp dns) \
	$(addprefix core/ipv4/,etharp icmp ip4 ip4_addr ip4_frag) \
	$(addprefix core/ipv6/,ethip6 icmp6 ip6 ip6_addr ip6_frag mld6 nd6) \
	netif/ethernet))

lwip-source: $(LWIP_STAMP) ## fetch, check and unpack lwIP

# A patch that is added, changed or taken away unpacks it anew.
LWIP_PATCHES := $(sort $(wildcard patches/lwip/*.patch))
$(O)/src/.lwip-patches: FORCE
	@mkdir -p $(@D)
	@echo '$(LWIP_PATCHES)' | cmp -s - $@ || echo '$(LWIP_PATCHES)' > $@

$(LWIP_STAMP): scripts/fetch scripts/sources.list $(LWIP_PATCHES) \
		$(O)/src/.lwip-patches
	$(call say,GET,lwip $(LWIP_VERSION))
	$(Q)scripts/fetch --unpack $(O)/src --cache $(O)/cache lwip
	$(Q)touch $@

$(addprefix $(LWIP_DIR)/,$(LWIP_SOURCES)): $(LWIP_STAMP) ;

# ------------------------------------------------------------- flavours ----

# A site's own patches to ipxe-src/ apply to a copy of it under out/.
SITE_PATCHES := $(sort $(wildcard patches/site/*.patch))
ifeq ($(SITE_PATCHES),)
SRC := ipxe-src
else
SRC := $(shell scripts/stage-source $(O)/src/site $(SITE_PATCHES))
endif

SITE_HEADERS := $(sort $(wildcard config/local/*.h \
	$(if $(CONFIG),config/$(CONFIG)/*.h config/local/$(CONFIG)/*.h)))
CONFIG_HEADERS := $(sort $(wildcard config/*.h)) $(SITE_HEADERS)
ifneq ($(CONFIG),)
ifeq ($(wildcard config/$(CONFIG)/. config/local/$(CONFIG)/.),)
$(error CONFIG=$(CONFIG): there is no folder config/$(CONFIG))
endif
endif
ifneq ($(SITE_HEADERS),)
config_check := $(shell scripts/config-check $(SRC) $(SITE_HEADERS) >&2)
endif

CFLAGS_COMMON := -std=gnu11 -g -Wall -Wextra -Werror -Wstrict-prototypes \
	-Wmissing-prototypes -Wmissing-declarations -Wno-address-of-packed-member \
	-fno-common -ffunction-sections -fdata-sections -fno-strict-aliasing \
	-ffile-prefix-map=$(abspath $(O))=out -ffile-prefix-map=$(CURDIR)=.
CFLAGS_FREE := -Os -ffreestanding -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -nostdinc \
	-fno-tree-loop-distribute-patterns -I$(SRC)/libc/include
# What makes the compressed image smallest with gcc 12, found by trying: passes
# that save instructions but make the code less regular are off.
SMALLER := -Oz -fwrapv -fno-if-conversion -fno-if-conversion2 -fno-tree-pre \
	-fno-code-hoisting -fno-move-loop-invariants -fno-tree-loop-im \
	-fno-tree-sra
GCC_HEADERS := -isystem $(shell $(CC) -print-file-name=include)

comma := ,
flavours := bios-i386 bios-small efi-x86_64 efi-i386 efi-arm64 linux-x86_64 linux-asan \
	linux-fuzz

ARM64_PREFIX  ?= aarch64-linux-gnu-
cc_efi-arm64  := $(ARM64_PREFIX)gcc
ARM64_HEADERS := -isystem $(shell $(cc_efi-arm64) -print-file-name=include 2>/dev/null)

platform_bios-i386    := bios
defines_bios-i386     := -DPLATFORM_PCBIOS
dirs_bios-i386        := platform/bios arch/x86 arch/x86/i386 libc
cflags_bios-i386      := $(CFLAGS_FREE) $(GCC_HEADERS) -m32 -march=i686 \
	-mtune=i386 -mregparm=3 \
	-mpreferred-stack-boundary=2 -mno-sse -mno-mmx -mno-80387 \
	-fno-pic -fno-pie -fomit-frame-pointer -falign-functions=1 \
	-falign-jumps=1 -falign-loops=1 -falign-labels=1 -freg-struct-return \
	$(SMALLER)
ldflags_bios-i386     := -m elf_i386 -T $(SRC)/platform/bios/bios.lds \
	--emit-relocs --gc-sections -z noexecstack --no-warn-rwx-segments \
	--no-check-sections
link_bios-i386        := ld
depends_bios-i386     := $(SRC)/platform/bios/bios.lds

# undionly.kpxe: what must be small. config/general.h leaves commands out of it
# (SMALL_IMAGE), and it is optimised as a whole, which takes longer to link.
platform_bios-small   := bios
defines_bios-small    := $(defines_bios-i386) $(if $(filter full,$(CONFIG)),,-DSMALL_IMAGE)
dirs_bios-small       := $(dirs_bios-i386)
cflags_bios-small     := $(cflags_bios-i386)
# Not what gcc itself makes calls to, nor what bios.lds finds by its name.
lto_bios-small         = $(if $(filter libc/% arch/% platform/bios/unpack \
	core/lzma,$(1)),,-flto)
link_bios-small       := $(CC) $(CFLAGS_COMMON) $(cflags_bios-i386) -flto=1 \
	-Wno-maybe-uninitialized \
	-flto-partition=one -nostdlib -static -no-pie -Wl,--build-id=none
ldflags_bios-small    := $(addprefix -Wl$(comma),$(ldflags_bios-i386))
map_bios-small        := -Wl,-Map,
depends_bios-small    := $(depends_bios-i386)

platform_efi-x86_64   := efi
defines_efi-x86_64    := -DPLATFORM_EFI
dirs_efi-x86_64       := platform/efi arch/x86 arch/x86/x86_64 libc
cflags_efi-x86_64     := $(CFLAGS_FREE) $(GCC_HEADERS) -m64 -fpie \
	-fshort-wchar -mno-red-zone \
	-mno-sse -mno-mmx -mno-80387 -fvisibility=hidden -isystem /usr/include
ldflags_efi-x86_64    := -m elf_x86_64 -T $(SRC)/platform/efi/efi.lds -pie \
	--no-dynamic-linker --gc-sections -z noexecstack -z text \
	--no-warn-rwx-segments
link_efi-x86_64       := ld
depends_efi-x86_64    := $(SRC)/platform/efi/efi.lds

# Not -fpie: the linker leaves relocations in the code, as PE files may have.
platform_efi-i386     := efi
defines_efi-i386      := -DPLATFORM_EFI
dirs_efi-i386         := platform/efi arch/x86 arch/x86/i386 arch/x86/i386/efi libc
cflags_efi-i386       := $(CFLAGS_FREE) $(GCC_HEADERS) -m32 -march=i686 \
	-malign-double -fno-pic -fno-pie -fomit-frame-pointer \
	-fshort-wchar -mno-sse -mno-mmx -mno-80387 -fvisibility=hidden \
	-isystem /usr/include
ldflags_efi-i386      := -m elf_i386 -T $(SRC)/platform/efi/efi.lds -pie \
	--no-dynamic-linker --gc-sections -z noexecstack -z notext \
	--no-warn-rwx-segments
link_efi-i386         := ld
depends_efi-i386      := $(SRC)/platform/efi/efi.lds

platform_efi-arm64    := efi
defines_efi-arm64     := -DPLATFORM_EFI -DARCH_ARM64
dirs_efi-arm64        := platform/efi arch/arm64 libc
cflags_efi-arm64      := $(CFLAGS_FREE) $(ARM64_HEADERS) -fpie -fshort-wchar \
	-mgeneral-regs-only -mstrict-align -mno-outline-atomics -ffixed-x18 \
	-fvisibility=hidden -I$(SRC)/arch/arm64/include -isystem /usr/include
ldflags_efi-arm64     := -m aarch64linux -T $(SRC)/platform/efi/efi.lds -pie \
	--no-dynamic-linker --gc-sections -z noexecstack -z text \
	--no-warn-rwx-segments
link_efi-arm64        := $(ARM64_PREFIX)ld
depends_efi-arm64     := $(SRC)/platform/efi/efi.lds

platform_linux-x86_64 := linux
defines_linux-x86_64  := -DPLATFORM_LINUX
dirs_linux-x86_64     := platform/linux arch/x86/cpuid_settings.c
cflags_linux-x86_64   := -O2 -D_GNU_SOURCE
ldflags_linux-x86_64  :=
link_linux-x86_64     := $(HOSTCC)
depends_linux-x86_64  :=

platform_linux-asan   := linux
defines_linux-asan    := -DPLATFORM_LINUX
dirs_linux-asan       := platform/linux arch/x86/cpuid_settings.c
cflags_linux-asan     := -O1 -D_GNU_SOURCE -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined
ldflags_linux-asan    := -fsanitize=address,undefined
link_linux-asan       := $(HOSTCC)
depends_linux-asan    :=

# For libFuzzer, which only clang has.
cc_linux-fuzz         := clang
platform_linux-fuzz   := linux
defines_linux-fuzz    := -DPLATFORM_LINUX
dirs_linux-fuzz       := $(dirs_linux-asan)
cflags_linux-fuzz     := $(cflags_linux-asan) -fsanitize=fuzzer-no-link -Wno-sign-compare

common_dirs := core net image usr hci hci/commands hci/keymaps \
	drivers/bus/pci.c drivers/bus/pci_settings.c

# $(call flavour,NAME): objects and rules of one flavour. Which sources are
# linked is decided by SELECT_IF() against the configuration.
define flavour
obj_$(1) := $(O)/obj/$(1)
inc_$(1) := -I$(SRC) -I$$(obj_$(1))/include -I. -I$(SRC)/net/lwip \
	-I$(LWIP_DIR)/src/include $$(defines_$(1)) $$(if $(BUILD_TAG),-DBUILD_TAG='"$(BUILD_TAG)"') \
	$$(if $(CONFIG),-DBUILD_CONFIG='"$(CONFIG)"')
cc_$(1) ?= $(CC)
map_$(1) ?= -Map=
flags_$(1) := $(CFLAGS_COMMON) $$(cflags_$(1)) $$(inc_$(1))

# The selection of sources below reads config/named, so it must be there now.
named_$(1) := $$(shell d=$$(obj_$(1))/include/config; mkdir -p $$$$d; \
	rm -f $$$$d/named $$$$d/local-named; \
	$(if $(CONFIG),ln -s $(CURDIR)/config/$(CONFIG) $$$$d/named; \
		ln -s $(CURDIR)/config/local/$(CONFIG) $$$$d/local-named))

$$(obj_$(1))/.stamp: FORCE
	@scripts/config-stamp "$$@" "$(CONFIG)" '$$(flags_$(1))' $(CONFIG_HEADERS)

$$(obj_$(1))/ipxe/%.o: $(SRC)/%.c $$(obj_$(1))/.stamp | $(LWIP_STAMP)
	$$(call say,CC,$$<)
	@mkdir -p $$(@D)
	$(Q)$$(cc_$(1)) $$(flags_$(1)) $$(call lto_$(1),$$*) -MMD -MP -c -o $$@ $$<

$$(obj_$(1))/ipxe/%.o: $(SRC)/%.S $$(obj_$(1))/.stamp | $(LWIP_STAMP)
	$$(call say,AS,$$<)
	@mkdir -p $$(@D)
	$(Q)$$(cc_$(1)) $$(flags_$(1)) -MMD -MP -c -o $$@ $$<

$$(obj_$(1))/lwip/%.o: $(LWIP_DIR)/%.c $$(obj_$(1))/.stamp $(LWIP_STAMP)
	$$(call say,CC,lwip/$$*.c)
	@mkdir -p $$(@D)
	$(Q)$$(cc_$(1)) $$(flags_$(1)) $$(call lto_$(1),$$*) -Wno-error -w -MMD -MP -c -o $$@ $$<

# Folder (or file) of drivers -> sources; all selected sources of the flavour.
# $$(2): further macros that the configuration may look at.
sources_$(1) = $$(shell scripts/select-sources $(SRC) \
	"$$(defines_$(1)) $$(2) -I. -I$$(obj_$(1))/include" \
	$(common_dirs) $$(dirs_$(1)) $$(1))
objects_$(1) = $$(patsubst %,$$(obj_$(1))/ipxe/%.o,$$(basename $$(1))) \
	$$(patsubst %.c,$$(obj_$(1))/lwip/%.o,$(LWIP_SOURCES))

-include $$(shell find $$(obj_$(1)) -name '*.d' 2>/dev/null)
endef
$(foreach f,$(flavours),$(eval $(call flavour,$(f))))

# What a packed UEFI application begins with: platform/efi/packed.
define efi_stub
stub_efi-$(1) := $$(patsubst %,$$(obj_efi-$(1))/ipxe/%.o,\
	$(addprefix platform/efi/packed/,stub packed rights crc32) \
	core/lzma $(addprefix arch/$(2)/,memory code_written))
$$(obj_efi-$(1))/stub.elf: $$(stub_efi-$(1)) $(SRC)/platform/efi/packed/stub.lds
	$$(call say,LD,$$@)
	$(Q)$$(link_efi-$(1)) $$(patsubst %/efi.lds,%/packed/stub.lds,\
		$$(ldflags_efi-$(1))) -Map $$@.map -o $$@ $$(stub_efi-$(1))
# What every start waits for: for speed, not for size.
$$(obj_efi-$(1))/ipxe/core/lzma.o: private flags_efi-$(1) += -O2
endef
$(eval $(call efi_stub,x86_64,x86))
$(eval $(call efi_stub,i386,x86))
$(eval $(call efi_stub,arm64,arm64))

# What is embedded: $(O)/obj/<flavour>/embedded.o holds the files of EMBED=.
EMBED_FILES := $(subst $(comma), ,$(EMBED))
define embedded
$$(obj_$(1))/embedded.S: scripts/embed $(EMBED_FILES) $$(obj_$(1))/.embed
	@mkdir -p $$(@D)
	$(Q)scripts/embed -o $$@ $(EMBED_FILES)
$$(obj_$(1))/.embed: FORCE
	@mkdir -p $$(@D)
	@echo '$(EMBED)' | cmp -s - $$@ || echo '$(EMBED)' > $$@
$$(obj_$(1))/embedded.o: $$(obj_$(1))/embedded.S $(EMBED_FILES)
	$$(call say,AS,embedded: $(EMBED_FILES))
	$(Q)$$(cc_$(1)) $$(flags_$(1)) -c -o $$@ $$<
endef
$(foreach f,$(flavours),$(eval $(call embedded,$(f))))

# ---------------------------------------------------------------- images ----

# SB_KEY=key.pem SB_CERT=cert.pem: every EFI program is signed as it is made, and
# so what is made of them. Signed with others, or no more, they are made anew.
SB_KEY  ?=
SB_CERT ?=
ifneq ($(if $(SB_KEY),1),$(if $(SB_CERT),1))
$(error SB_KEY= and SB_CERT= belong together: a private key and its certificate)
endif
sign_efi = $(if $(SB_KEY),$(Q)scripts/sign-efi -k '$(SB_KEY)' -c '$(SB_CERT)' $@)
SIGNING := $(O)/obj/.signing
$(SIGNING): FORCE
	@mkdir -p $(@D)
	@{ echo '$(SB_KEY)'; $(if $(SB_CERT),cat '$(SB_CERT)';) } > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# $(call objects_list,PROGRAM,OBJECTS): PROGRAM.objects names them, and is newer
# than the program when they are others: also when one is gone.
define objects_list
$(1).objects: FORCE
	@mkdir -p $$(@D)
	@echo '$(2)' >$$@.new
	@if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi
endef

IMAGES :=
# $(call image,FILE,FLAVOUR,FORMAT,DRIVERS): see config/images.mk.
define image
IMAGES += $(O)/$(1)
ifneq ($$(findstring $(1),$(wanted_images)),)
elf_$(1)  := $(O)/obj/$(2)/$(subst /,-,$(1)).elf
objs_$(1) := $$(call objects_$(2),$$(call sources_$(2),\
	$(addprefix drivers/,$(4)) $(parts_$(3)))) \
	$$(obj_$(2))/embedded.o
$$(eval $$(call objects_list,$$(elf_$(1)),$$(objs_$(1))))
$$(elf_$(1)): $$(objs_$(1)) $$(depends_$(2)) $$(elf_$(1)).objects
	$$(call say,LD,$$@)
	$(Q)$$(link_$(2)) $$(ldflags_$(2)) $$(map_$(2))$$@.map -o $$@ $$(objs_$(1))
$(O)/$(1): $$(elf_$(1)) $(firstword $(recipe_$(3))) scripts/identity.py \
		scripts/squeeze.py \
		$(if $(filter efi,$(3)),$$(obj_$(2))/stub.elf $(SIGNING))
	$$(call say,IMG,$$@)
	@mkdir -p $$(@D)
	$(Q)$(PYTHON) $(recipe_$(3)) --elf $$< --format $(1) \
		$(if $(filter efi,$(3)),--stub $$(obj_$(2))/stub.elf) -o $$@
	$(if $(filter efi,$(3)),$$(sign_efi))
endif
endef
# Only look for the sources of what this run may build (all, unless told).
media_names   := usb iso ipxe.usb ipxe.iso
image_names   := $(shell sed -n 's/^.*call image,\([^,]*\),.*$$/\1/p' config/images.mk | grep -v FILE)
wanted_images := $(or $(if $(filter $(addprefix %,$(media_names)),\
	$(MAKECMDGOALS)),$(image_names)),\
	$(strip $(foreach n,$(image_names),\
	$(if $(filter %$(n),$(MAKECMDGOALS)),$(n)))),$(image_names))
include config/images.mk

include config/roms.mk

# USB stick and disc: those of the images that boot by themselves, in one tree
# of files.
MEDIA_IMAGES := $(filter %/ipxe.lkrn %-efi/ipxe.efi,$(IMAGES))
MEDIA        := $(O)/ipxe.usb $(O)/ipxe.iso
USB_SIZE     ?= 32
DISTRO_DIR   ?= /usr/lib/ipxe
media_set := $(USB_SIZE) $(MEDIA_IMAGES) $(DISTRO_DIR)
$(O)/obj/.media: FORCE
	@mkdir -p $(@D)
	@echo '$(media_set)' | cmp -s - $@ || \
		{ rm -rf $(O)/distro/payload; echo '$(media_set)' > $@; }
$(MEDIA): $(O)/ipxe.%: scripts/mkmedia scripts/identity.py $(O)/obj/.media \
		$(MEDIA_IMAGES)
	$(call say,IMG,$@)
	$(Q)scripts/mkmedia $* --images $(O) --size $(USB_SIZE) -o $@ $(MEDIA_IMAGES)
IMAGES += $(MEDIA)

# The same around a distribution's iPXE, with our script on the medium. Its
# ipxe.efi may be too old to look for that, so one of ours starts it.
DISTRO_MEDIA := $(O)/distro/ipxe.usb $(O)/distro/ipxe.iso
STARTER      := $(O)/distro/starter.efi
starter_objs := $(patsubst %,$(obj_efi-x86_64)/ipxe/%.o,\
	platform/efi/starter/starter core/identity)
$(STARTER:.efi=.elf): $(starter_objs) $(depends_efi-x86_64)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)ld $(ldflags_efi-x86_64) -o $@ $(starter_objs)
$(STARTER): $(STARTER:.efi=.elf) scripts/mkefi scripts/identity.py \
		scripts/squeeze.py $(SIGNING)
	$(call say,IMG,$@)
	$(Q)$(PYTHON) scripts/mkefi --elf $< --format distro/starter.efi -o $@
	$(sign_efi)
# Copies, so that they can be signed too.
DISTRO_IMAGES := $(patsubst $(DISTRO_DIR)/%,$(O)/distro/payload/%,\
	$(wildcard $(DISTRO_DIR)/ipxe.lkrn $(DISTRO_DIR)/ipxe.efi))
$(O)/distro/payload/%: $(DISTRO_DIR)/% $(SIGNING) $(O)/obj/.media
	@mkdir -p $(@D)
	$(Q)cp -L $< $@
	$(if $(filter %.efi,$@),$(sign_efi))
$(DISTRO_MEDIA): $(O)/distro/ipxe.%: scripts/mkmedia $(O)/obj/.media $(STARTER) \
		embed/medium.ipxe embed/unloop.ipxe $(DISTRO_IMAGES)
	$(call say,IMG,$@)
	$(if $(DISTRO_IMAGES),,$(error $(DISTRO_DIR) holds neither ipxe.lkrn nor \
		ipxe.efi; install the package ipxe, or say DISTRO_DIR=))
	$(Q)scripts/mkmedia $* --distro $(O)/distro/payload --size $(USB_SIZE) \
		-o $@ $(STARTER) embed/medium.ipxe embed/unloop.ipxe

PAYLOAD ?= ours
ifneq ($(filter-out ours distro,$(PAYLOAD)),)
$(error PAYLOAD=$(PAYLOAD): it is ours or distro)
endif
media_dir := $(O)$(if $(filter distro,$(PAYLOAD)),/distro)
.PHONY: usb iso
usb: $(media_dir)/ipxe.usb ## a USB stick; DEV=/dev/sdX writes it there
	$(if $(DEV),$(Q)scripts/write-usb $(if $(filter 1,$(YES)),--yes) $< $(DEV),@:)
iso: $(media_dir)/ipxe.iso ## a CD, which also boots when written to a stick
	@:

.PHONY: images
images: $(IMAGES) $(ROMS) $(EFIROMS) ## build every boot image

# The same firmware as a program: for unit tests and for trying scripts.
define program
$(O)/$(1)/firmware: $$(call objects_$(1),$$(call sources_$(1),drivers/tap drivers/bus)) $$(obj_$(1))/embedded.o
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$(Q)$$(link_$(1)) $$(ldflags_$(1)) -Wl,-Map,$$@.map -o $$@ $$^
endef
$(foreach f,linux-x86_64 linux-asan,$(eval $(call program,$(f))))

# ----------------------------------------------------------------- tests ----

UNIT_SOURCES := $(sort $(wildcard tests/unit/*_test.c))
UNIT_PROGRAMS := $(patsubst tests/unit/%.c,$(O)/unit/%,$(UNIT_SOURCES))
unit_objects := $(filter-out %/platform/linux/main.o,\
	$(call objects_linux-asan,$(call sources_linux-asan,\
	$(addprefix drivers/,tap $(nics)))))

$(O)/unit/%.o: tests/unit/%.c $(obj_linux-asan)/.stamp | $(LWIP_STAMP)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(flags_linux-asan) -Itests/unit -Wno-missing-prototypes -MMD -MP -c -o $@ $<
$(O)/unit/%: $(O)/unit/%.o $(unit_objects)
	$(call say,LD,$@)
	$(Q)$(HOSTCC) $(ldflags_linux-asan) -o $@ $^ -lcmocka
-include $(wildcard $(O)/unit/*.d)

# Every fuzz target of the firmware is in one program: tests/fuzz. It types and
# sees by itself, and reads no memory for scripts.
fuzz_objects := $(filter-out $(addprefix %/,platform/linux/main.o \
	platform/linux/console_linux.o platform/linux/framebuffer_linux.o \
	hci/commands/imgmem_cmd.o),\
	$(call objects_linux-fuzz,$(call sources_linux-fuzz,drivers/tap)))
$(O)/linux-fuzz/fuzzer: tests/fuzz/firmware_fuzz.c tests/unit/fake_net.h \
		tests/unit/fake_net6.h $(fuzz_objects)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(cc_linux-fuzz) $(flags_linux-fuzz) -fsanitize=fuzzer -Itests/unit \
		-Wno-missing-prototypes -o $@ $(filter %.c %.o,$^) -lcmocka

unit: $(UNIT_PROGRAMS) ## run the unit tests (ASan and UBSan)
	$(Q)scripts/run-unit-tests $(UNIT_PROGRAMS)

unit-programs: $(UNIT_PROGRAMS)
.PHONY: unit-programs

# -------------------------------------------------------------- resolver ----

.PHONY: resolver
-include resolver/build.mk
resolver: $(O)/bin/unloopd ## build the resolver unloopd

# --------------------------------------------------------------- for you ----

deps: ## install what is missing (asks apt; needs root or sudo)
	$(Q)scripts/deps all

demo: ## watch a BIOS and a UEFI machine boot out of the loop trap
	$(Q)scripts/deps all
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/demo

test: ## set up what is missing and run every test
	$(Q)scripts/deps all
	$(Q)scripts/test

bench: ## sizes and speeds beside Debian's iPXE
	$(Q)scripts/deps all
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/bench
	$(Q)scripts/bench-resolver

lint: ## shellcheck, clang-format, Python byte-compile, tree rules
	$(Q)scripts/lint

check: unit ## quick checks: unit tests and lint
	$(Q)scripts/lint

DESTDIR ?=
PREFIX  ?= /usr/local
install: all ## install resolver and images under $(DESTDIR)$(PREFIX)
	$(Q)scripts/install-files "$(O)" "$(DESTDIR)" "$(PREFIX)" $(IMAGES) $(EFIROMS)

deb: resolver ## a Debian package of the resolver
	$(Q)scripts/make-deb $(O)

dist: ## the source as out/unloop-VERSION.tar.gz
	$(Q)scripts/dist $(O)

clean: ## remove what was made, but not the fetched sources
	$(Q)rm -rf $(O)/obj $(O)/unit $(O)/bin $(O)/rom $(O)/asan $(O)/log $(O)/linux-x86_64 \
		$(O)/linux-asan $(O)/linux-fuzz $(O)/full $(O)/tiny $(O)/own-drivers $(O)/distro $(IMAGES)

help: ## this list
	@echo 'Unloop: network-boot firmware that cannot be caught in the chainload loop.'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
		awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo
	@echo 'Images (make FILE builds one):'
	@for image in $(IMAGES); do echo "  $$image"; done
	@echo '  $(O)/rom/VVVVDDDD.efirom   UEFI option ROM for a card of scripts/nic-ids;'
	@echo '                   $(O)/rom/arm64/VVVVDDDD.efirom for arm64'
	@echo
	@echo 'Variables:'
	@echo '  EMBED=a.ipxe,b   files to embed, the first is run (now: $(EMBED))'
	@echo '  CONFIG=name      read config/name/*.h after config/*.h'
	@echo '  SB_KEY= SB_CERT= sign every EFI program for Secure Boot (PEM)'
	@echo '  EFIROM_ARCHES=   processors in a .efirom without a folder (now: $(EFIROM_ARCHES))'
	@echo '  O=dir            write there instead of out/'
	@echo '  DEV=/dev/sdX     of make usb: the stick to write; YES=1: do not ask'
	@echo '  PAYLOAD=distro   of make usb, iso: the iPXE that the distribution has,'
	@echo '                   with our script on the medium (DISTRO_DIR=$(DISTRO_DIR))'
	@echo '  USB_SIZE=32      of make usb: MiB, for kernels of your own on it'
	@echo '  V=1              show the commands'
	@echo '  SOURCE_MIRROR=   base address of a Debian mirror for lwIP'
	@echo '  SOURCE_DIR=      folder that holds the source archives already'
