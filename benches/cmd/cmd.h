/* cmd.h: the commands of pvq. Each is a file with a descriptor, and has a line in pvq.c's table. */
#ifndef PVQ_CMD_H
#define PVQ_CMD_H

#include "base/options.h"
#include "trial/registry.h"

/* The exit codes of every command, and of every program of the suite. */
enum {
	PVQ_EXIT_DONE = 0,   /* done and verified */
	PVQ_EXIT_FAILED = 1, /* a measured failure: a wrong result, a crash, a time-out; or interrupted */
	PVQ_EXIT_USAGE = 2,  /* the request is impossible: one line on stderr says why */
	PVQ_EXIT_OPEN = 3,   /* a check that could neither pass nor fail: one line on stderr says why */
};

#define PVQ_EXIT_HELP \
	"Exit code: 0 done and verified, 1 a measured failure or an interrupt, 2 wrong usage, 3 a check left open."

#define PVQ_TASKS_HELP \
	"Tasks: NAME:ARG=VALUE,...; a value in '...' or \"...\" may hold commas, colons and spaces."
#define PVQ_NUMBERS_HELP \
	"Numbers: 1000, 1e3 or 1k; times: 50us, 10ms, 1s; sizes: 4K (4096 bytes), 4kB (4000 bytes)."

/* A command's input beside its options. */
struct pvq_call {
	struct pvq_given given;        /* the arguments that are not options */
	const char *typed;             /* the command line as the user wrote it */
	struct pvq_registry *registry; /* main()'s; a command may add peers to it */
};

struct pvq_command {
	struct pvq_syntax syntax;            /* its name: "pvq " and the command */
	void *into;                          /* the struct that the options fill in */
	void (*init)(void);                  /* sets its defaults; NULL: all are zero */
	int (*run)(const struct pvq_call *); /* returns the exit code */
};

extern const struct pvq_command pvq_command_list, pvq_command_run, pvq_command_bench, pvq_command_e2e,
	pvq_command_report, pvq_command_compare, pvq_command_agree, pvq_command_selftest,
	pvq_command_doctor, pvq_command_ask, pvq_command_lesson, pvq_command_new, pvq_command_grade,
	pvq_command_chaos;

/* What a command takes: its own options, and --version. */
struct pvq_syntax pvq_cmd_syntax(const struct pvq_command *);

/* Flushes stdout. PVQ_EXIT_DONE, or PVQ_EXIT_FAILED with one line on stderr. */
int pvq_cmd_flush(void);

#endif
