/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CONFIG=tiny: no serial console. */
#undef CONSOLE_SERIAL
