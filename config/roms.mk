# Option ROMs: $(O)/rom/VVVVDDDD.rom (BIOS) and $(O)/rom/VVVVDDDD.efirom for
# every card that scripts/nic-ids names (the drivers' own tables); those of
# ROMS and EFIROMS are part of `make`.
#
# rom/ARCH/VVVVDDDD.efirom is for that processor (x86_64, i386, arm64), and
# rom/ARCH+ARCH/VVVVDDDD.efirom has a driver for each, of which the machine's
# firmware takes its own. One without a folder is for EFIROM_ARCHES.
EFIROM_ARCHES ?= x86_64

nic_cards := $(shell scripts/nic-ids | awk '{ print $$1 $$2 "=" $$3 }')
nic_driver = $(patsubst $(1)=%,%,$(filter $(1)=%,$(nic_cards)))
rom_driver = $(call nic_driver,$(basename $(notdir $(1))))

# What the lab boots: QEMU's e1000, e1000e, rtl8139, vmxnet3, virtio-net.
EFIROMS := $(patsubst %,$(O)/rom/%.efirom,\
	8086100e 808610d3 10ec8139 15ad07b0 1af41000 \
	arm64/1af41000 x86_64+arm64/1af41000)

# The folder of such a file below rom/, and the processors that it is for.
efirom_folder = $(patsubst $(O)/rom/%/,%,$(filter-out $(O)/rom/,$(dir $(1))))
efirom_arches = $(or $(subst +, ,$(call efirom_folder,$(1))),$(EFIROM_ARCHES))

# What this run may build.
wanted_efiroms := $(sort $(filter %.efirom,$(MAKECMDGOALS)) \
	$(if $(MAKECMDGOALS),$(if $(filter all images install,$(MAKECMDGOALS)),\
	$(EFIROMS)),$(EFIROMS)))

# $(call efirom_driver,ARCH,DRIVER): the driver that goes into the ROM.
define efirom_driver
$(O)/obj/efi-$(1)/rom-$(2).elf: $$(call objects_efi-$(1),$$(call \
		sources_efi-$(1),drivers/bus drivers/efirom drivers/$(2))) \
		$$(obj_efi-$(1))/embedded.o $$(depends_efi-$(1))
	$$(call say,LD,$$@)
	$(Q)$$(link_efi-$(1)) $$(ldflags_efi-$(1)) -e efi_driver_main \
		-Map $$@.map -o $$@ $$(filter %.o,$$^)
$(O)/obj/efi-$(1)/rom-$(2).efi: $(O)/obj/efi-$(1)/rom-$(2).elf \
		scripts/mkefi scripts/identity.py scripts/squeeze.py $(SIGNING)
	$$(call say,IMG,$$@)
	$(Q)$(PYTHON) scripts/mkefi --driver --elf $$< \
		--format rom/$(2)-$(1).efirom -o $$@
	$$(sign_efi)
$(O)/obj/efi-$(1)/rom-$(2).packed: $(O)/obj/efi-$(1)/rom-$(2).efi \
		scripts/uefi-compress
	$$(call say,PACK,$$@)
	$(Q)$(PYTHON) scripts/uefi-compress $$< -o $$@
endef
$(foreach a,$(sort $(foreach r,$(wanted_efiroms),$(call efirom_arches,$(r)))),\
	$(if $(filter efi-$(a),$(flavours)),\
	$(foreach d,$(sort $(foreach r,$(wanted_efiroms),\
	$(if $(filter $(a),$(call efirom_arches,$(r))),$(call rom_driver,$(r))))),\
	$(eval $(call efirom_driver,$(a),$(d)))),\
	$(error $(a): no processor that there is a UEFI option ROM for)))

# A plain one for other processors than the last time is made anew.
$(O)/obj/.efirom-arches: FORCE
	@mkdir -p $(@D)
	@echo '$(EFIROM_ARCHES)' | cmp -s - $@ || echo '$(EFIROM_ARCHES)' > $@

# $(call efirom,FILE,DRIVER). Two processors' names are too long for the note.
define efirom
$(1): scripts/mkefirom scripts/identity.py $(O)/obj/.efirom-arches \
		$(foreach a,$(call efirom_arches,$(1)),$(O)/obj/efi-$(a)/rom-$(2).packed)
	$$(call say,ROM,$$@)
	@mkdir -p $$(@D)
	$(Q)$(PYTHON) $$< --id $(basename $(notdir $(1))) -o $$@ \
		$(if $(findstring +,$(1)),,--format $(patsubst $(O)/%,%,$(1))) \
		$$(foreach p,$$(filter %.packed,$$^),$$(p:.packed=.efi)=$$(p))
endef
$(foreach r,$(wanted_efiroms),$(if $(call rom_driver,$(r)),\
	$(eval $(call efirom,$(r),$(call rom_driver,$(r)))),\
	$(error $(r): no driver here knows this card; scripts/nic-ids lists all)))

# ------------------------------------------------------------------ BIOS ----

# What the lab boots: virtio-net, e1000, e1000e, rtl8139, vmxnet3.
ROMS := $(foreach c,1af41000 8086100e 808610d3 10ec8139 15ad07b0,\
	$(if $(call nic_driver,$(c)),$(O)/rom/$(c).rom))

wanted_roms := $(sort $(filter %.rom,$(MAKECMDGOALS)) \
	$(if $(MAKECMDGOALS),$(if $(filter all images install,$(MAKECMDGOALS)),\
	$(ROMS)),$(ROMS)))

# $(call rom_program,DRIVER): the firmware with the drivers of that folder.
define rom_program
rom_objs_$(1) := $$(call objects_bios-small,$$(call \
		sources_bios-small,drivers/bus drivers/$(1) $(parts_rom),-DOPTION_ROM)) \
		$$(obj_bios-small)/embedded.o
$$(eval $$(call objects_list,$(O)/obj/bios-small/rom-$(1).elf,$$(rom_objs_$(1))))
$(O)/obj/bios-small/rom-$(1).elf: $$(rom_objs_$(1)) $$(depends_bios-small) \
		$(O)/obj/bios-small/rom-$(1).elf.objects
	$$(call say,LD,$$@)
	$(Q)$$(link_bios-small) $$(ldflags_bios-small) $$(map_bios-small)$$@.map -o $$@ \
		$$(filter %.o,$$^)
endef
$(foreach d,$(sort $(foreach r,$(wanted_roms),$(call rom_driver,$(r)))),\
	$(eval $(call rom_program,$(d))))

# $(call rom,FILE,DRIVER): all cards of the driver are named in the ROM.
define rom
$(1): $(O)/obj/bios-small/rom-$(2).elf scripts/mkbios scripts/identity.py scripts/squeeze.py
	$$(call say,ROM,$$@)
	@mkdir -p $$(@D)
	$(Q)$(PYTHON) $(recipe_rom) --card $(basename $(notdir $(1))) \
		$(patsubst %=$(2),--card %,$(filter %=$(2),$(nic_cards))) \
		--elf $$< --format rom/$(notdir $(1)) -o $$@
endef
$(foreach r,$(wanted_roms),$(if $(call rom_driver,$(r)),\
	$(eval $(call rom,$(r),$(call rom_driver,$(r)))),\
	$(error $(r): no driver here knows this card; scripts/nic-ids lists all)))
