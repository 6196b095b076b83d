/* cmd.h: the subcommands. Each parses its own arguments and returns the exit code. */
#ifndef PVQ_CMD_H
#define PVQ_CMD_H

enum {
	PVQ_EXIT_DONE = 0,   /* done and verified */
	PVQ_EXIT_FAILED = 1, /* a measured failure: wrong result, crash, time-out; or cut off */
	PVQ_EXIT_USAGE = 2,  /* what was asked for cannot be */
};

/* Flushes stdout. PVQ_EXIT_DONE, or PVQ_EXIT_FAILED with one line on stderr. */
int pvq_cmd_flush(void);

int pvq_cmd_list(int argc, char **argv);
int pvq_cmd_selftest(int argc, char **argv);
int pvq_cmd_run(int argc, char **argv);
int pvq_cmd_bench(int argc, char **argv);
int pvq_cmd_e2e(int argc, char **argv);
int pvq_cmd_report(int argc, char **argv);
int pvq_cmd_compare(int argc, char **argv);
int pvq_cmd_doctor(int argc, char **argv);

#endif
