# SPDX-License-Identifier: BSD-2-Clause-Patent
# The resolver: $(O)/bin/unloopd and $(O)/bin/unloop, and for their tests the
# same programs and the unit tests with sanitisers.  Included by the Makefile
# at the top, which defines O, Q, HOSTCC and say.

O ?= out
HOSTCC ?= cc
PKG_CONFIG ?= pkg-config

resolver_src := $(sort $(wildcard resolver/*.c))
resolver_unit_src := $(sort $(wildcard tests/resolver/unit/*_test.c))
resolver_lib_src := $(filter-out resolver/unloopd.c,$(resolver_src))

resolver_cli_src := $(sort $(wildcard resolver/cli/*.c))

resolver_obj := $(resolver_src:%.c=$(O)/obj/%.o)
resolver_lib_obj := $(resolver_lib_src:%.c=$(O)/obj/%.o)
resolver_cli_obj := $(resolver_cli_src:%.c=$(O)/obj/%.o)
resolver_asan_obj := $(resolver_src:%.c=$(O)/asan/obj/%.o)
resolver_cli_asan_obj := $(resolver_cli_src:%.c=$(O)/asan/obj/%.o)
resolver_lib_asan_obj := $(resolver_lib_src:%.c=$(O)/asan/obj/%.o)
resolver_tsan_obj := $(resolver_src:%.c=$(O)/tsan/obj/%.o)
resolver_unit_obj := $(resolver_unit_src:%.c=$(O)/asan/obj/%.o)
resolver_unit := $(resolver_unit_src:tests/resolver/unit/%.c=$(O)/asan/bin/resolver/%)

# Libraries by their pkg-config names, one row each.
resolver_pkgs := libmicrohttpd sqlite3 libpq libcrypto jansson liburing
resolver_pkg_cflags := $(shell $(PKG_CONFIG) --cflags $(resolver_pkgs) 2>/dev/null)
resolver_libs := $(or $(shell $(PKG_CONFIG) --libs $(resolver_pkgs) 2>/dev/null),-lmicrohttpd -lsqlite3 -lpq -lcrypto -ljansson -luring)

resolver_cflags := -std=gnu11 -D_GNU_SOURCE -g -Wall -Wextra -Wshadow \
	-Wmissing-prototypes -Wstrict-prototypes -Wvla -Wformat=2 -Werror \
	-ffile-prefix-map=$(CURDIR)/= -pthread -Iresolver $(resolver_pkg_cflags)
resolver_hard_cflags := -O2 -fstack-protector-strong -U_FORTIFY_SOURCE \
	-D_FORTIFY_SOURCE=2 -fPIE
resolver_hard_ldflags := -pie -Wl,-z,relro,-z,now
resolver_asan_cflags := -O1 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all

resolver_tsan_cflags := -O1 -fno-omit-frame-pointer -fsanitize=thread

.PHONY: resolver resolver-test-programs
resolver: $(O)/bin/unloopd $(O)/bin/unloop
resolver-test-programs: $(O)/tsan/bin/unloopd $(O)/asan/bin/unloopd $(O)/asan/bin/unloop $(O)/bin/unloop $(resolver_unit)

$(resolver_obj) $(resolver_cli_obj): $(O)/obj/%.o: %.c resolver/build.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(resolver_cflags) $(resolver_hard_cflags) -MMD -MP -c -o $@ $<

$(resolver_asan_obj) $(resolver_cli_asan_obj) $(resolver_unit_obj): $(O)/asan/obj/%.o: %.c resolver/build.mk
	$(call say,CC,$< (sanitised))
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(resolver_cflags) $(resolver_asan_cflags) -MMD -MP -c -o $@ $<

$(resolver_tsan_obj): $(O)/tsan/obj/%.o: %.c resolver/build.mk
	$(call say,CC,$< (for threads))
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(resolver_cflags) $(resolver_tsan_cflags) -MMD -MP -c -o $@ $<

$(O)/tsan/bin/unloopd: $(resolver_tsan_obj)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -pthread $(resolver_tsan_cflags) -o $@ $^ $(resolver_libs)

$(O)/bin/unloopd: $(resolver_obj)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -pthread $(resolver_hard_ldflags) -o $@ $^ $(resolver_libs)

$(O)/asan/bin/unloopd: $(resolver_asan_obj)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -pthread $(resolver_asan_cflags) -o $@ $^ $(resolver_libs)

$(O)/bin/unloop: $(resolver_cli_obj) $(resolver_lib_obj)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -pthread $(resolver_hard_ldflags) -o $@ $^ $(resolver_libs)

$(O)/asan/bin/unloop: $(resolver_cli_asan_obj) $(resolver_lib_asan_obj)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -pthread $(resolver_asan_cflags) -o $@ $^ $(resolver_libs)

$(resolver_unit): $(O)/asan/bin/resolver/%: $(O)/asan/obj/tests/resolver/unit/%.o $(resolver_lib_asan_obj)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -pthread $(resolver_asan_cflags) -o $@ $^ $(resolver_libs) -lcmocka

# The firmware's commands, options and settings, from its source.
lint_tables := $(O)/obj/lint/lint_tables.inc
$(lint_tables): scripts/lint-tables scripts/doc-pages $(wildcard ipxe-src/*/*.c ipxe-src/*/*/*.c)
	$(call say,GEN,$@)
	$(Q)scripts/lint-tables -o $@
$(O)/obj/resolver/lint.o $(O)/asan/obj/resolver/lint.o $(O)/tsan/obj/resolver/lint.o: $(lint_tables)
$(O)/obj/resolver/lint.o $(O)/asan/obj/resolver/lint.o $(O)/tsan/obj/resolver/lint.o: resolver_cflags += -I$(dir $(lint_tables))

# The page is part of page.o, which the compiler does not tell.
$(O)/obj/resolver/page.o $(O)/asan/obj/resolver/page.o $(O)/tsan/obj/resolver/page.o: resolver/page.html

-include $(resolver_obj:.o=.d) $(resolver_cli_obj:.o=.d) $(resolver_asan_obj:.o=.d)
-include $(resolver_tsan_obj:.o=.d) $(resolver_cli_asan_obj:.o=.d) $(resolver_unit_obj:.o=.d)
