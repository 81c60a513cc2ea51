/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The functions behind the subcommands, each in the file of its name. */
#ifndef RESOLVER_CLI_COMMANDS_H
#define RESOLVER_CLI_COMMANDS_H

int check_main(int argc, char **argv);
int machine_main(int argc, char **argv);
int token_main(int argc, char **argv);
int customise_main(int argc, char **argv);
int inspect_main(int argc, char **argv);
int diff_main(int argc, char **argv);
int explain_main(int argc, char **argv);
int dhcp_config_main(int argc, char **argv);
int doctor_main(int argc, char **argv);
int import_main(int argc, char **argv);
int lint_main(int argc, char **argv);
int run_main(int argc, char **argv);
int storm_main(int argc, char **argv);

#endif
