# One row per image: file under out/ | flavour | driver sources | make recipe.
# Targets, help and tests follow from these rows.
#
#   $(eval $(call image,FILE,FLAVOUR,FORMAT,DRIVERS))
#
# FLAVOUR  platform-arch: bios-i386, efi-x86_64, efi-i386, efi-arm64; bios-small
#          has fewer commands (SMALL_IMAGE in config/) and is linked for size
# FORMAT   one of the next rows: what is linked for it besides, and the script
#          that makes the file of the linked program
# DRIVERS  folders or files under ipxe-src/drivers/

# Every network card that we have a driver for (scripts/nic-ids lists them).
nics := bus virtio intel realtek vmxnet3

parts_kpxe  := platform/bios/nbp
recipe_kpxe := scripts/mkbios --prefix nbp
# Like it, but its own drivers take the card over: drivers/takeover.
parts_pxe   := platform/bios/nbp
recipe_pxe  := scripts/mkbios --prefix nbp
parts_lkrn  := platform/bios/lkrn
recipe_lkrn := scripts/mkbios --prefix lkrn
parts_rom   := platform/bios/rom
recipe_rom  := scripts/mkbios --prefix rom
parts_efi   :=
recipe_efi  := scripts/mkefi

$(eval $(call image,undionly.kpxe,bios-small,kpxe,undi/undi.c undi/undi_real.S))
$(eval $(call image,ipxe.pxe,bios-i386,pxe,undi takeover $(nics)))
$(eval $(call image,ipxe.lkrn,bios-i386,lkrn,undi $(nics)))
$(eval $(call image,x86_64-efi/snponly.efi,efi-x86_64,efi,snp/snp.c snp/snp_boot_device.c))
$(eval $(call image,x86_64-efi/ipxe.efi,efi-x86_64,efi,snp/snp.c snp/snp_all_devices.c $(nics)))
$(eval $(call image,i386-efi/snponly.efi,efi-i386,efi,snp/snp.c snp/snp_boot_device.c))
$(eval $(call image,i386-efi/ipxe.efi,efi-i386,efi,snp/snp.c snp/snp_all_devices.c $(nics)))
$(eval $(call image,arm64-efi/snponly.efi,efi-arm64,efi,snp/snp.c snp/snp_boot_device.c))
$(eval $(call image,arm64-efi/ipxe.efi,efi-arm64,efi,snp/snp.c snp/snp_all_devices.c $(nics)))
