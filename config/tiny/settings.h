/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CONFIG=tiny: no SMBIOS; DHCP option 97 is not sent. */
#undef SMBIOS_SETTINGS
