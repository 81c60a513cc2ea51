/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Linker tables: a file adds an entry, the linker makes the list.
 *
 * A table is a linker section that holds pointers to its entries. Whoever
 * defines an entry registers it in the same file; nothing else names it:
 *
 *     static const struct command echo_command = { ... };
 *     TABLE_REGISTER(commands, echo_command);
 *
 * and whoever uses the table declares and walks it:
 *
 *     TABLE_DECLARE(commands, const struct command);
 *     for_each_table_entry(command, commands) ...  command is pointer-typed
 *
 * The order within a table is the order of linking and means nothing. Where
 * order matters the entry has a field for it.
 */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

/* Declare the table NAME of entries of TYPE; usually in its header. Weak, so
 * that a table without entries is empty rather than an error. */
#define TABLE_DECLARE(name, type)                                              \
	extern type *const __start_tbl_##name[]                                \
		__attribute__((weak, visibility("hidden")));                   \
	extern type *const __stop_tbl_##name[]                                 \
		__attribute__((weak, visibility("hidden")))

/* Add the object ENTRY (not a pointer) to the table NAME. */
#define TABLE_REGISTER(name, entry)                                            \
	static __typeof__(entry) *const table_##name##_##entry                 \
		__attribute__((used, section("tbl_" #name))) = &(entry)

/* Loop: ENTRY becomes a pointer to each registered object in turn. */
#define for_each_table_entry(entry, name)                                      \
	for (__typeof__(__start_tbl_##name[0]) *table_ptr_##entry =            \
		     __start_tbl_##name;                                       \
	     table_ptr_##entry < __stop_tbl_##name &&                          \
	     ((entry) = *table_ptr_##entry, 1);                                \
	     table_ptr_##entry++)

/* Number of entries in the table NAME. */
#define TABLE_COUNT(name) ((size_t)(__stop_tbl_##name - __start_tbl_##name))

#endif
