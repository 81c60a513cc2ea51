# Option ROMs: $(O)/rom/VVVVDDDD.efirom for every card that scripts/nic-ids
# names (the drivers' own tables); those of EFIROMS are part of `make`.
#
# One file has a driver for each processor of EFIROM_ARCHES; the machine's
# firmware takes its own.
EFIROM_ARCHES ?= x86_64 arm64

nic_cards := $(shell scripts/nic-ids | awk '{ print $$1 $$2 "=" $$3 }')
nic_driver = $(patsubst $(1)=%,%,$(filter $(1)=%,$(nic_cards)))
rom_driver = $(call nic_driver,$(basename $(notdir $(1))))

# What the lab boots: 82540EM, virtio-net.
EFIROMS := $(foreach c,8086100e 1af41000,$(if $(call nic_driver,$(c)),\
	$(O)/rom/$(c).efirom))

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
		scripts/mkefi scripts/identity.py $(SIGNING)
	$$(call say,IMG,$$@)
	$(Q)$(PYTHON) scripts/mkefi --driver --elf $$< \
		--format rom/$(2)-$(1).efirom -o $$@
	$$(sign_efi)
endef
$(foreach d,$(sort $(foreach r,$(wanted_efiroms),$(call rom_driver,$(r)))),\
	$(foreach a,$(EFIROM_ARCHES),$(eval $(call efirom_driver,$(a),$(d)))))

# $(call efirom,FILE,DRIVER)
define efirom
$(1): scripts/mkefirom $(foreach a,$(EFIROM_ARCHES),$(O)/obj/efi-$(a)/rom-$(2).efi)
	$$(call say,ROM,$$@)
	@mkdir -p $$(@D)
	$(Q)$(PYTHON) $$< --id $(basename $(notdir $(1))) -o $$@ $$(filter %.efi,$$^)
endef
$(foreach r,$(wanted_efiroms),$(if $(call rom_driver,$(r)),\
	$(eval $(call efirom,$(r),$(call rom_driver,$(r)))),\
	$(error $(r): no driver here knows this card; scripts/nic-ids lists all)))
