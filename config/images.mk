# One row per image: file under out/ | flavour | driver sources | make recipe.
# Targets, help and tests follow from these rows.
#
#   $(eval $(call image,FILE,FLAVOUR,FORMAT,DRIVERS))
#
# FLAVOUR  platform-arch: bios-i386, efi-x86_64, efi-i386, efi-arm64
# FORMAT   what scripts/mkimage makes of the linked program: kpxe, efi, elf
# DRIVERS  folders or files under ipxe-src/drivers/
$(eval $(call image,undionly.kpxe,bios-i386,kpxe,undi))
$(eval $(call image,x86_64-efi/snponly.efi,efi-x86_64,efi,snp/snp.c snp/snp_boot_device.c))
$(eval $(call image,x86_64-efi/ipxe.efi,efi-x86_64,efi,snp/snp.c snp/snp_all_devices.c))
$(eval $(call image,i386-efi/snponly.efi,efi-i386,efi,snp/snp.c snp/snp_boot_device.c))
$(eval $(call image,i386-efi/ipxe.efi,efi-i386,efi,snp/snp.c snp/snp_all_devices.c))
$(eval $(call image,arm64-efi/snponly.efi,efi-arm64,efi,snp/snp.c snp/snp_boot_device.c))
$(eval $(call image,arm64-efi/ipxe.efi,efi-arm64,efi,snp/snp.c snp/snp_all_devices.c))
