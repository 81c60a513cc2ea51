# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The lab: real firmware in QEMU against real servers in a private network."""
